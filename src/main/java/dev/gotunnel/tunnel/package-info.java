/** The domain: tunnels, profiles, their life cycle and events. Knows neither windows nor commands. */
@NullMarked
package dev.gotunnel.tunnel;

import org.jspecify.annotations.NullMarked;
