#pragma once

#include "rootfs/base/error.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace farboot::vmchooser
{

/// Cuts a guest's serial output into lines that are safe to log: printable text only, at most 500 bytes each.
class SerialLines
{
public:
    using Line = std::function<void(const std::string&)>;
    explicit SerialLines(Line line) : line_(std::move(line)) {}
    void take(std::string_view bytes);
    /// What is left without a line end.
    void finish();

private:
    Line line_;
    std::string current_;
};

/// Reads what a guest prints on its serial line, from QEMU's socket, on a thread of its own. The guest is not trusted:
/// it can fill neither the log (at most 100 lines at once and 10 a second on average; the rest is dropped) nor the
/// memory.
class SerialLog
{
public:
    /// Connects at once. Reason: io.
    [[nodiscard]] static Result<SerialLog> attach(const std::filesystem::path& socket, SerialLines::Line line);
    ~SerialLog();
    SerialLog(SerialLog&&) noexcept = default;
    SerialLog& operator=(SerialLog&&) = delete;

private:
    explicit SerialLog(std::jthread reader) : reader_(std::move(reader)) {}
    std::jthread reader_;
};

} // namespace farboot::vmchooser
