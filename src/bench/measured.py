"""gotunnel with telemetry: a copy of its layout that records by OpenTelemetry's SDK, which the program has no use for yet."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

from peers import HERE, PROJECT

MAIN = "dev.gotunnel.app.MeasuredGotunnel"
MANIFEST = "META-INF/MANIFEST.MF"


def sdk() -> list[Path]:
    """The SDK's jars, as the tests have them."""
    listing = PROJECT / "target/bench-class-path"
    subprocess.run(["mvn", "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={listing}",
                    "-Dmdep.includeScope=test"], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    return [Path(entry) for entry in listing.read_text().split(":") if "/opentelemetry-sdk" in entry]


def measured_layout(layout: Path, folder: Path) -> Path:
    """Makes the copy, with a cache trained like the original's, and returns it."""
    copy = folder / "measured"
    shutil.copytree(layout, copy, symlinks=True)
    lib = copy / "lib"
    for cache in lib.glob("gotunnel.aot*"):
        cache.unlink()
    extra = sdk()
    for jar in extra:
        shutil.copy(jar, lib)
    java = Path((lib / "built-with").read_text().strip())
    classes = folder / "measured-classes"
    class_path = ":".join(str(jar) for jar in lib.glob("*.jar"))
    subprocess.run([java / "bin/javac", "-d", classes, "-cp", class_path, *HERE.glob("java/**/*.java")], check=True)
    add_to(lib / "gotunnel.jar", classes, [jar.name for jar in extra])
    subprocess.run(["sh", PROJECT / "src/build/aot/train.sh", copy], check=True,
                   env={**os.environ, "GOTUNNEL_BENCH_SAMPLE": "0.5"})
    return copy


def add_to(jar: Path, classes: Path, class_path: list[str]) -> None:
    """Puts classes into the program's jar, the main one in charge, and other jars behind those of its class path."""
    before = jar.with_suffix(".before")
    jar.rename(before)
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(jar, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry, manifest(content, class_path) if entry.filename == MANIFEST else content)
        for file in classes.rglob("*.class"):
            new.write(file, file.relative_to(classes))
    before.unlink()


def manifest(content: bytes, class_path: list[str]) -> bytes:
    """Lines of a manifest go on after a line break and a blank, at 72 bytes at the latest."""
    lines = []
    for line in content.decode().replace("\r\n ", "").splitlines():
        if line.startswith("Main-Class:"):
            line = f"Main-Class: {MAIN}"
        elif line.startswith("Class-Path:"):
            line = " ".join([line, *class_path])
        lines += [line[:70]] + [" " + line[i:i + 69] for i in range(70, len(line), 69)]
    return ("\r\n".join(lines) + "\r\n").encode()
