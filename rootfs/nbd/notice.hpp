#pragma once

#include <filesystem>
#include <string_view>

namespace farboot::rootfs
{

/// Lines for the person at the PC: standard error, and a console if there is one.
class Notice
{
public:
    /// An empty path: standard error only. A console that cannot be opened is done without.
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
