#pragma once

#include <filesystem>
#include <string_view>

namespace farboot::rootfs
{

/// Lines for the person at the PC: on a console, or on standard error.
class Notice
{
public:
    /// An empty path, or one that cannot be opened: standard error.
    explicit Notice(const std::filesystem::path& console);
    ~Notice();
    Notice(const Notice&) = delete;
    Notice& operator=(const Notice&) = delete;

    void print(std::string_view sentence) const;

private:
    int console_ = -1;
    bool is_kernel_log_ = false;
};

} // namespace farboot::rootfs
