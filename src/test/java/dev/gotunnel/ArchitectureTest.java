package dev.gotunnel;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which package may use which: the picture of the house, held by a machine. */
class ArchitectureTest {
    private static final ImportOption PRODUCT = new ImportOption() {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/");
        }
    };

    private static JavaClasses product;

    @BeforeAll
    static void read() {
        product = new ClassFileImporter().withImportOption(PRODUCT).importPackages("dev.gotunnel");
    }

    @AfterAll
    static void forget() {
        product = null;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "error         > -",
                "policy        > error",
                "demo          > -",
                "platform      > error",
                "names         > privilege platform error",
                "privilege     > platform error",
                "cert          > platform error",
                "trust         > cert privilege platform error",
                "bus           > -",
                "keychain      > bus cert platform error",
                "observability > error",
                "proxy         > policy observability names platform error",
                "tunnel        > policy cert trust names privilege proxy observability platform error",
                "config        > policy tunnel names platform error",
                "doctor        > tunnel config trust cert privilege policy names platform error",
                "removal       > tunnel names privilege platform error",
                "control       > config policy tunnel names platform error",
                "project       > policy error",
                "discovery     > project tunnel policy names platform error",
                "cli           > policy tunnel control config cert names demo project discovery platform error",
                "ui            > policy tunnel bus names platform error",
            })
    void aPackageUsesNoMoreThanItMay(String user, String used) {
        String[] allowed = Stream.concat(Stream.of(user), Stream.of(used.split(" ")))
                .map(name -> name.equals("-") ? "dev.gotunnel.none" : "dev.gotunnel." + name + "..")
                .toArray(String[]::new);
        DescribedPredicate<JavaClass> ours = resideInAPackage("dev.gotunnel..");
        classes()
                .that()
                .resideInAPackage("dev.gotunnel." + user + "..")
                .should()
                .onlyDependOnClassesThat(DescribedPredicate.not(ours).or(resideInAnyPackage(allowed)))
                .check(product);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("dev.gotunnel.(*)..").should().beFreeOfCycles().check(product);
    }

    @Test
    void onlyTheDesktopKnowsJavaFxAndAwt() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.gotunnel.ui..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("javafx..", "java.awt..", "javax.swing..", "atlantafx..", "org.kordamp..")
                .check(product);
    }

    @Test
    void onlyTheBusAndWhatIsOfferedOnItKnowDBus() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.gotunnel.ui..", "dev.gotunnel.bus..", "dev.gotunnel.keychain..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.freedesktop..")
                .check(product);
    }

    @Test
    void viewModelsKnowNoControls() {
        noClasses()
                .that()
                .resideInAPackage("dev.gotunnel.ui.model..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("javafx.scene..", "javafx.stage..", "java.awt..")
                .check(product);
    }

    @Test
    void onlyTheBuilderOfCertificatesAndThoseWhoHashPasswordsTouchBouncyCastle() {
        noClasses()
                .that()
                .haveNameNotMatching(
                        "dev\\.gotunnel\\.(cert\\.CertificateBuilder|cert\\.EcdsaSigner|cli\\.PasswordSource|proxy\\.BasicAuth)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bouncycastle..")
                .check(product);
    }

    @Test
    void onlyTheMeetingPointsKnowNetty() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.gotunnel.proxy..", "dev.gotunnel.control..", "dev.gotunnel.demo..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(product);
    }

    @Test
    void onlyTheCommandLineAndTheProgramPrint() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.gotunnel.cli..", "dev.gotunnel.app..")
                .should(ACCESS_STANDARD_STREAMS)
                .check(product);
    }

    @Test
    void nobodyCallsTheJdksInternals() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("sun..", "jdk.internal..", "com.sun.net..", "com.sun.tools..", "com.sun.crypto..")
                .check(product);
    }

    /** By name, which no class file shows: hence in the sources, where there are some. */
    @Test
    void onlyInterruptsNamesSignals() throws IOException {
        Path sources = Path.of("src/main/java");
        try (Stream<Path> files = Files.isDirectory(sources) ? Files.walk(sources) : Stream.empty()) {
            List<String> users = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(ArchitectureTest::namesSunMisc)
                    .map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.equals("Interrupts.java"))
                    .toList();
            assertEquals(List.of(), users);
        }
    }

    private static boolean namesSunMisc(Path file) {
        try {
            return Files.readString(file).contains("sun.misc");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
