#pragma once

namespace farboot::vmchooser
{

/// SIGTERM, SIGINT and SIGHUP (a display manager ends the session, the X server went away) end the application's event
/// loop, so that a machine is switched off and its disk given back. Call once, with the application object made.
void quit_on_signals();

} // namespace farboot::vmchooser
