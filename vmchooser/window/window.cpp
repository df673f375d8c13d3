#include "vmchooser/window/window.hpp"

#include <QFont>
#include <QGuiApplication>
#include <QQmlContext>
#include <QScreen>

#include <stdexcept>

namespace farboot::vmchooser
{

void ChooserWindow::prepare()
{
    if (qEnvironmentVariableIsEmpty("QT_QUICK_BACKEND"))
        QQuickWindow::setSceneGraphBackend("software");
}

ChooserWindow::ChooserWindow(Chooser& chooser)
{
    QFont font;
    font.setFamilies({"Inter", "Noto Sans", "DejaVu Sans"});
    QGuiApplication::setFont(font);
    engine_.rootContext()->setContextProperty("chooser", &chooser);
    engine_.load(QUrl("qrc:/farboot/qml/Main.qml"));
    if (!engine_.rootObjects().isEmpty())
        window_ = qobject_cast<QQuickWindow*>(engine_.rootObjects().first());
    if (!window_)
        throw std::runtime_error(
            "The window could not be made: its files are damaged, or a QML module is not installed.");
}

void ChooserWindow::show_full_screen()
{
    window_->setFlag(Qt::FramelessWindowHint);
    // Without a window manager nobody makes a window as large as the screen.
    window_->setGeometry(QGuiApplication::primaryScreen()->geometry());
    window_->showFullScreen();
    window_->requestActivate();
}

} // namespace farboot::vmchooser
