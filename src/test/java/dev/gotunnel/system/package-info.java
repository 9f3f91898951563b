/** Tests with real components: the packaged program, Chromium, certutil, Vite. Run by the Maven profile {@code system}. */
package dev.gotunnel.system;
