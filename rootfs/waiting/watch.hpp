#pragma once

#include "rootfs/waiting/sentences.hpp"

#include <array>
#include <filesystem>
#include <string>

namespace farboot::rootfs
{

/// The files of both readers, and a descriptor (inotify) that can be read when one of them may have changed. Nothing
/// here is on a disk.
class WaitingWatch
{
public:
    /// Throws std::system_error where there is no inotify.
    WaitingWatch(const std::filesystem::path& system, const std::filesystem::path& machines);
    ~WaitingWatch();
    WaitingWatch(const WaitingWatch&) = delete;
    WaitingWatch& operator=(const WaitingWatch&) = delete;

    [[nodiscard]] int descriptor() const { return inotify_; }
    /// Takes what the descriptor has to say; who waits now. A file that cannot be read says that nobody does.
    [[nodiscard]] Waits look();
    /// False: a folder is not there yet, or its reader has taken it away: look() again after a while.
    [[nodiscard]] bool complete() const;

private:
    struct Watched {
        std::filesystem::path file;
        int watch = -1; ///< of its folder; -1: none
    };
    void take_events();
    [[nodiscard]] static std::optional<WaitingState> read(const std::filesystem::path& file);

    int inotify_;
    std::array<Watched, 2> files_;
};

} // namespace farboot::rootfs
