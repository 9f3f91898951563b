package dev.gotunnel.ui.main;

import javafx.css.PseudoClass;

/** States that the stylesheet knows beyond those of JavaFX. */
final class Pseudo {
    /** An address that works now. */
    static final PseudoClass LIVE = PseudoClass.getPseudoClass("live");

    /** Words about something that does not work. */
    static final PseudoClass TROUBLE = PseudoClass.getPseudoClass("trouble");

    /** A field whose content cannot be taken. */
    static final PseudoClass INVALID = PseudoClass.getPseudoClass("invalid");

    private Pseudo() {}
}
