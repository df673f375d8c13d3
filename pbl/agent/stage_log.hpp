#pragma once

#include "rootfs/base/error.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::agent
{

/// The stable lines for people and tests (docs/agent-protocol.md, "Stage lines"), on every console.
///
/// Each console has a thread of its own, as writing to one can stop for ever (Scroll Lock, a serial line's flow
/// control). The functions never block and may be called from any thread.
class StageLog
{
public:
    /// Consoles that cannot be opened or are no terminals are left out; plain files and pipes are fine, too.
    explicit StageLog(const std::vector<std::filesystem::path>& consoles);
    ~StageLog();
    StageLog(const StageLog&) = delete;
    StageLog& operator=(const StageLog&) = delete;

    /// Those that could be opened.
    [[nodiscard]] const std::vector<std::filesystem::path>& consoles() const { return opened_; }

    /// farboot: stage: <name> [key=value …]
    void stage(std::string_view name, std::string_view values = {});
    /// farboot: refused: reason=<reason> record=<record>: <sentence>
    void refused(const Error& error, std::string_view record);
    /// farboot: <text>
    void note(std::string_view text);

    struct Passed {
        std::string name;
        double seconds = 0; ///< since the kernel's start
    };
    /// The stages so far, the first hundred.
    [[nodiscard]] std::vector<Passed> passed() const;

    /// Waits until the lines have left the consoles, or for `limit`.
    void flush(std::chrono::milliseconds limit);

private:
    class Console;
    std::vector<std::filesystem::path> opened_;
    std::vector<std::unique_ptr<Console>> outputs_;
    mutable std::mutex mutex_;
    std::vector<Passed> passed_;
};

} // namespace farboot::agent
