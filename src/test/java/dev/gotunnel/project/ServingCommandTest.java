package dev.gotunnel.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.policy.DevServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServingCommandTest {
    private static final int FREE = 4321;

    @TempDir
    Path folder;

    private ServingCommand prepare(String command) {
        return prepare(command, null);
    }

    private ServingCommand prepare(String command, @Nullable Integer wanted) {
        ProjectFolder project = ProjectFolder.of(folder, folder.resolve("home"));
        return ServingCommand.of(List.of(command.split(" ")), project, wanted, () -> FREE);
    }

    private void scripts(String json) throws IOException {
        Files.writeString(folder.resolve("package.json"), "{\"scripts\": " + json + "}");
    }

    private static String line(ServingCommand command) {
        return String.join(" ", command.words());
    }

    /** Every row of the table: how it is called, what is added, what is set beside PORT, what meets its host check. */
    static Stream<String> rows() {
        return Stream.of(
                "Nuxt | nuxt dev | --port 4321 | | vite",
                "Astro | astro dev | --port 4321 | | vite",
                "SvelteKit | svelte-kit dev | --port 4321 | | vite",
                "React Router | react-router dev | --port 4321 | | vite",
                "Remix | remix vite:dev | --port 4321 | | vite",
                "VitePress | vitepress dev docs | --port 4321 | | vite",
                "Storybook | storybook dev | --port 4321 | | ",
                "Next.js | next dev | --port 4321 | | next",
                "Next.js | next | --port 4321 | | next",
                "Angular | ng serve | --port 4321 | | vite",
                "Create React App | react-scripts start | | | webpack",
                "Vue CLI | vue-cli-service serve | --port 4321 | | webpack",
                "Gatsby | gatsby develop | --port 4321 | | ",
                "webpack | webpack-dev-server | --port 4321 | | webpack",
                "webpack | webpack serve | --port 4321 | | webpack",
                "Vite | vite | --port 4321 --strictPort | | vite",
                "Vite | vite preview | --port 4321 --strictPort | | vite",
                "Parcel | parcel src/index.html | --port 4321 | | ",
                "Eleventy | eleventy --serve | --port=4321 | | ",
                "Ember | ember serve | --port 4321 | | ",
                "Expo | expo start | --port 4321 | | ",
                "Docusaurus | docusaurus start | --port 4321 | | webpack",
                "Wrangler | wrangler dev | --port 4321 | | ",
                "http-server | http-server public | --port 4321 | | ",
                "serve | serve dist | --listen 4321 | | ",
                "live-server | live-server | --port=4321 | | ",
                "json-server | json-server db.json | --port 4321 | | ",
                "Rails | bin/rails server | --port 4321 | | rails",
                "Rails | bundle exec rails s | --port 4321 | | rails",
                "Jekyll | jekyll serve | --port 4321 | | ",
                "Rack | rackup | --port 4321 | | ",
                "Puma | puma | --port 4321 | | ",
                "Django | python manage.py runserver | 4321 | | django",
                "Django | ./manage.py runserver --noreload | 4321 | | django",
                "Flask | flask --app web run | --port 4321 | FLASK_RUN_PORT=4321 | ",
                "FastAPI | fastapi dev main.py | --port 4321 | | ",
                "Uvicorn | uv run uvicorn main:app | --port 4321 | UVICORN_PORT=4321 | ",
                "Gunicorn | gunicorn web:app | --bind 127.0.0.1:4321 | | ",
                "Hypercorn | hypercorn web:app | --bind 127.0.0.1:4321 | | ",
                "Streamlit | streamlit run app.py | --server.port 4321 | | ",
                "MkDocs | mkdocs serve | --dev-addr localhost:4321 | | ",
                "http.server | python3 -m http.server | 4321 | | ",
                "Laravel | php artisan serve | --port=4321 | SERVER_PORT=4321 | ",
                "Symfony | symfony server:start | --port=4321 | | ",
                "Spring Boot | ./mvnw -q spring-boot:run | | SERVER_PORT=4321 | ",
                "Spring Boot | ./gradlew bootRun | | SERVER_PORT=4321 | ",
                "Spring Boot | spring run app.groovy | | SERVER_PORT=4321 | ",
                "Quarkus | mvn quarkus:dev | | QUARKUS_HTTP_PORT=4321 | ",
                "Quarkus | ./gradlew quarkusDev | | QUARKUS_HTTP_PORT=4321 | ",
                "Quarkus | quarkus dev | | QUARKUS_HTTP_PORT=4321 | ",
                "Micronaut | mvn mn:run | | MICRONAUT_SERVER_PORT=4321 | ",
                "jwebserver | jwebserver | --port 4321 | | ",
                "Java | java -jar app.jar | | SERVER_PORT=4321 QUARKUS_HTTP_PORT=4321 MICRONAUT_SERVER_PORT=4321 | ",
                "ASP.NET Core | dotnet run | --urls http://localhost:4321 | ASPNETCORE_HTTP_PORTS=4321 | ",
                "Hugo | hugo server | --port 4321 | | ",
                "Trunk | trunk serve | --port 4321 | | ",
                "Zola | zola serve | --port 4321 | | ",
                "Phoenix | mix phx.server | | | ");
    }

    @ParameterizedTest
    @MethodSource("rows")
    void everyFrameworkIsToldThePort(String row) {
        String[] column = row.split("\\|", -1);
        ServingCommand prepared = prepare(column[1].strip());
        assertEquals(column[0].strip(), prepared.framework());
        assertEquals((column[1].strip() + " " + column[2].strip()).strip(), line(prepared));
        List<String> variables = new ArrayList<>(List.of("PORT=4321"));
        if (!column[3].isBlank()) {
            variables.addAll(List.of(column[3].strip().split(" ")));
        }
        assertEquals(
                variables.stream().sorted().toList(),
                prepared.environment().entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .sorted()
                        .toList());
        DevServer preset = prepared.preset();
        assertEquals(column[4].strip(), preset == null ? "" : preset.id());
    }

    @Test
    void noRowOfTheTableIsWithoutATest() {
        List<String> tested =
                rows().map(row -> row.substring(0, row.indexOf('|')).strip()).toList();
        List<String> untested = Frameworks.read().rows().stream()
                .map(Framework::name)
                .filter(name -> !tested.contains(name) && !name.equals("PHP"))
                .toList();
        assertEquals(List.of(), untested);
    }

    @ParameterizedTest
    @CsvSource({
        "vite --port 5000, 5000",
        "vite --port=5000, 5000",
        "next dev -p 5000, 5000",
        "python manage.py runserver 0.0.0.0:5000, 5000",
        "python3 -m http.server 5000, 5000",
        "gunicorn --bind 127.0.0.1:5000 web:app, 5000",
        "php -S localhost:5000, 5000",
        "npx --yes vite --port 5000, 5000"
    })
    void aPortThatTheUserSaidIsTheOne(String command, int port) {
        ServingCommand prepared = prepare(command);
        assertEquals(command, line(prepared));
        assertEquals(port, prepared.port());
        assertEquals("" + port, prepared.environment().get("PORT"));
    }

    @Test
    void thePortThatIsWantedIsTaken() {
        ServingCommand prepared = prepare("vite", 3000);
        assertEquals("vite --port 3000 --strictPort", line(prepared));
        assertEquals(3000, prepared.port());
    }

    // ---- through package managers

    @ParameterizedTest
    @CsvSource({
        "npm run dev, npm run dev -- --port 4321 --strictPort",
        "npm run dev -- --open, npm run dev -- --open --port 4321 --strictPort",
        "npm -s run dev, npm -s run dev -- --port 4321 --strictPort",
        "pnpm dev, pnpm dev --port 4321 --strictPort",
        "pnpm run dev, pnpm run dev --port 4321 --strictPort",
        "yarn dev, yarn dev --port 4321 --strictPort",
        "bun run dev, bun run dev --port 4321 --strictPort",
        "bun --bun run dev, bun --bun run dev --port 4321 --strictPort",
        "npm start, npm start -- --port 4321",
        "npx vite, npx vite --port 4321 --strictPort",
        "bunx vite, bunx vite --port 4321 --strictPort",
        "pnpm exec vite, pnpm exec vite --port 4321 --strictPort",
        "yarn vite, yarn vite --port 4321 --strictPort",
        "npm run twice, npm run twice -- -- --port 4321 --strictPort",
        "npm run built, npm run built -- --port 4321 --strictPort",
        "node node_modules/vite/bin/vite.js, node node_modules/vite/bin/vite.js --port 4321 --strictPort"
    })
    void flagsReachTheProgramOfAScript(String command, String complete) throws IOException {
        scripts("""
                {"dev": "NODE_ENV=development vite", "start": "cross-env A=b next start", "twice": "npm run dev",
                 "built": "tsc && vite preview"}""");
        assertEquals(complete, line(prepare(command)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "npm run both",
                "npm run build",
                "npm run missing",
                "npm install",
                "npm",
                "pnpm --filter web dev",
                "npm run loop",
                "npm run own",
                "sh -c vite",
                "vite build"
            })
    void whatIsNotUnderstoodIsLeftAsItIs(String command) throws IOException {
        scripts("""
                {"dev": "vite", "both": "concurrently \\"vite\\" \\"node server.js\\"", "build": "vite build",
                 "loop": "npm run loop", "own": "node server.js"}""");
        ServingCommand prepared = prepare(command);
        assertEquals(command, line(prepared));
        assertEquals(Map.of("PORT", "4321"), prepared.environment());
    }

    @Test
    void aPortInAScriptIsTheOne() throws IOException {
        scripts("{\"dev\": \"vite --port 5180\"}");
        ServingCommand prepared = prepare("npm run dev");
        assertEquals("npm run dev", line(prepared));
        assertEquals(5180, prepared.port());
        assertEquals(5181, prepare("npm run dev -- --port 5181").port(), "what the user says last counts");
    }

    // ---- by the project's files

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "package.json | {\"devDependencies\": {\"vite\": \"7\"}} | make dev | Vite | vite",
                "package.json | {\"dependencies\": {\"next\": \"16\", \"vite\": \"7\"}} | node server.js | Next.js | next",
                "Gemfile | gem 'rails', '~> 8.0' | bin/dev | Rails | rails",
                "manage.py | #!/usr/bin/env python | make serve | Django | django",
            })
    void aProjectTellsWhatACommandDoesNot(String file, String content, String command, String framework, String preset)
            throws IOException {
        Files.writeString(folder.resolve(file), content);
        ServingCommand prepared = prepare(command);
        assertEquals(command, line(prepared));
        assertEquals(framework, prepared.framework());
        assertEquals(DevServer.valueOf(preset.toUpperCase(Locale.ROOT)), prepared.preset());
    }

    @Test
    void javaIsToldByItsVariables() throws IOException {
        Files.writeString(folder.resolve("pom.xml"), "<artifactId>spring-boot-starter-web</artifactId>");
        ServingCommand prepared = prepare("make run");
        assertEquals("4321", prepared.environment().get("SERVER_PORT"));
        assertFalse(prepared.java(), "make is not known to run on Java");
        assertTrue(prepare("./mvnw spring-boot:run").java());
        assertTrue(prepare("env A=b java -jar web.jar").java());
    }

    @Test
    void aPackageJsonThatIsNoneIsNoProblem() throws IOException {
        Files.writeString(folder.resolve("package.json"), "{\"scripts\": [1,");
        assertEquals("npm run dev", line(prepare("npm run dev")));
        assertNull(prepare("npm run dev").framework());
    }
}
