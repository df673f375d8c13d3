#pragma once

#include "vmchooser/window/chooser.hpp"

#include <QQmlApplicationEngine>
#include <QQuickWindow>

namespace farboot::vmchooser
{

/// The full-screen window over a chooser. Painted by the processor: lab PCs may have no usable graphics after a kexec.
class ChooserWindow
{
public:
    /// Call before the application object is made.
    static void prepare();
    /// `chooser` must outlive it. Throws std::runtime_error if the window's own files do not load.
    explicit ChooserWindow(Chooser& chooser);

    [[nodiscard]] QQuickWindow& window() { return *window_; }
    /// Covers the screen and takes the keyboard, with or without a window manager.
    void show_full_screen();

private:
    QQmlApplicationEngine engine_;
    QQuickWindow* window_ = nullptr;
};

} // namespace farboot::vmchooser
