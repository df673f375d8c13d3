#include "vmchooser/window/window_manager.hpp"

#include "vmchooser/system/journal.hpp"

#include <QFile>
#include <QProcess>
#include <QTemporaryFile>

namespace farboot::vmchooser
{

WindowManager::WindowManager() : config_(std::make_unique<QTemporaryFile>()), process_(std::make_unique<QProcess>()) {}

WindowManager::WindowManager(WindowManager&&) noexcept = default;

WindowManager WindowManager::start()
{
    WindowManager manager;
    QFile settings(":/farboot/openbox.xml");
    if (!settings.open(QIODevice::ReadOnly) || !manager.config_->open() ||
        manager.config_->write(settings.readAll()) < 0 || !manager.config_->flush()) {
        log_warning("no room for the window manager's settings: it is not started");
        return manager;
    }
    auto& process = *manager.process_;
    process.setStandardInputFile(QProcess::nullDevice());
    process.setStandardOutputFile(QProcess::nullDevice());
    process.setStandardErrorFile(QProcess::nullDevice());
    process.start("openbox", {"--sm-disable", "--config-file", manager.config_->fileName()});
    if (!process.waitForStarted())
        log_warning("openbox is not installed: the screens of virtual machines will not fill the display");
    return manager;
}

WindowManager::~WindowManager()
{
    if (!process_ || process_->state() == QProcess::NotRunning)
        return;
    process_->terminate();
    if (!process_->waitForFinished(2000)) {
        process_->kill();
        process_->waitForFinished(-1);
    }
}

} // namespace farboot::vmchooser
