#include "vmchooser/window/window_manager.hpp"

#include "vmchooser/system/journal.hpp"

#include <QFile>
#include <QProcess>
#include <QTemporaryFile>

namespace farboot::vmchooser
{
namespace
{

constexpr int look_ms = 20;
constexpr int longest_start_ms = 30'000;

} // namespace

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
    process.start("openbox", {"--sm-disable", "--config-file", manager.config_->fileName(), "--startup",
                              "touch " + manager.ready_file()});
    if (!process.waitForStarted())
        log_warning("openbox is not installed: the screens of virtual machines will not fill the display");
    return manager;
}

QString WindowManager::ready_file() const
{
    return config_->fileName() + ".ready";
}

void WindowManager::wait_until_ready() const
{
    for (int tries = 0; process_->state() != QProcess::NotRunning && !QFile::exists(ready_file()); ++tries) {
        if (tries >= longest_start_ms / look_ms) {
            log_warning("openbox does not say that it is ready: going on without it");
            return;
        }
        process_->waitForFinished(look_ms);
    }
}

WindowManager::~WindowManager()
{
    if (config_ && !config_->fileName().isEmpty())
        QFile::remove(ready_file());
    if (!process_ || process_->state() == QProcess::NotRunning)
        return;
    process_->terminate();
    if (!process_->waitForFinished(2000)) {
        process_->kill();
        process_->waitForFinished(-1);
    }
}

} // namespace farboot::vmchooser
