#pragma once

namespace farboot::browser
{

/// Takes the screen of this PC from the text console: the virtual terminal on standard input, which must be the
/// session's own, comes to the front and goes into graphics mode, so that the kernel paints no text over pages and keys
/// reach no other program. Whoever started the browser undoes it. Does nothing where standard input is no virtual
/// terminal (a window on a desktop).
void take_screen();

} // namespace farboot::browser
