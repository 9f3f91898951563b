package dev.gotunnel.ui;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the desktop may lean on. */
@AnalyzeClasses(packages = "dev.gotunnel.ui", importOptions = ImportOption.DoNotIncludeTests.class)
class UiArchitectureTest {
    @ArchTest
    static final ArchRule VIEW_MODELS_KNOW_NO_CONTROLS = noClasses()
            .that()
            .resideInAPackage("dev.gotunnel.ui.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "javafx.application..", "javafx.scene..", "javafx.stage..", "javafx.animation..", "java.awt..");

    @ArchTest
    static final ArchRule THE_DESKTOP_KNOWS_THE_DOMAIN_ALONE = noClasses()
            .that()
            .resideInAPackage("dev.gotunnel.ui..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.gotunnel.app..", "dev.gotunnel.cli..", "dev.gotunnel.control..", "dev.gotunnel.proxy..");

    @ArchTest
    static final ArchRule THE_TRAY_KNOWS_NO_JAVAFX = noClasses()
            .that()
            .resideInAPackage("dev.gotunnel.ui.tray..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("javafx..");
}
