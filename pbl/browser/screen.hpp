#pragma once

namespace farboot::browser
{

/// Takes the screen of this PC from the text console: the virtual terminal on standard input comes to the front, so
/// that keys reach no other one, and the kernel stops painting text over pages. Whoever started the browser undoes it.
/// Does nothing where standard input is no virtual terminal (a window on a desktop).
void take_screen();

} // namespace farboot::browser
