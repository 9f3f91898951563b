/** Tests with real components: the packaged program, Chromium, certutil, development servers. Run by the Maven profile {@code system}. */
package dev.gotunnel.system;
