// The window is drawn without a display, by the same software renderer as on a PC.
#include "vmchooser/window/window.hpp"

#include <QGuiApplication>
#include <gtest/gtest.h>

int main(int argc, char** argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    farboot::vmchooser::ChooserWindow::prepare();
    const QGuiApplication application(argc, argv);
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
