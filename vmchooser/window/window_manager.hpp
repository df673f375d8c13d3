#pragma once

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
    WindowManager(WindowManager&&) noexcept;
    WindowManager& operator=(WindowManager&&) = delete;

private:
    WindowManager();
    std::unique_ptr<QTemporaryFile> config_;
    std::unique_ptr<QProcess> process_;
};

} // namespace farboot::vmchooser
