#pragma once

#include <QString>

#include <memory>

class QProcess;
class QTemporaryFile;

namespace farboot::vmchooser
{

/// A window manager for the viewer: without one it stays a small window with buttons that close it. Openbox, with
/// settings that give a person no menus and no keys of its own. Ends with the object, so that a desktop can bring its
/// own.
class WindowManager
{
public:
    /// Goes on without if it is not installed; says so in the log.
    [[nodiscard]] static WindowManager start();
    ~WindowManager();
    /// A window that is mapped while the manager takes the display over may stay unmapped for ever: call this before.
    void wait_until_ready() const;
    WindowManager(WindowManager&&) noexcept;
    WindowManager& operator=(WindowManager&&) = delete;

private:
    WindowManager();
    [[nodiscard]] QString ready_file() const;

    std::unique_ptr<QTemporaryFile> config_;
    std::unique_ptr<QProcess> process_;
};

} // namespace farboot::vmchooser
