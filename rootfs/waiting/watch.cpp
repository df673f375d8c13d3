#include "rootfs/waiting/watch.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace farboot::rootfs
{

WaitingWatch::WaitingWatch(const std::filesystem::path& system, const std::filesystem::path& machines)
    : inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)), files_{{{system}, {machines}}}
{
    if (inotify_ < 0)
        throw std::system_error(errno, std::generic_category(), "inotify");
}

WaitingWatch::~WaitingWatch()
{
    ::close(inotify_);
}

void WaitingWatch::take_events()
{
    alignas(inotify_event) std::array<char, 4096> buffer{};
    for (;;) {
        const auto count = ::read(inotify_, buffer.data(), buffer.size());
        if (count <= 0)
            return;
        for (std::size_t place = 0; place < static_cast<std::size_t>(count);) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + place, sizeof event);
            place += sizeof event + event.len;
            if (event.mask & IN_IGNORED) // the folder has gone
                for (auto& item : files_)
                    if (item.watch == event.wd)
                        item.watch = -1;
        }
    }
}

Waits WaitingWatch::look()
{
    take_events();
    for (auto& item : files_)
        if (item.watch < 0)
            item.watch = ::inotify_add_watch(inotify_, item.file.parent_path().c_str(),
                                             IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR);
    return {read(files_[0].file), read(files_[1].file)};
}

bool WaitingWatch::complete() const
{
    return std::ranges::none_of(files_, [](const auto& item) { return item.watch < 0; });
}

std::optional<WaitingState> WaitingWatch::read(const std::filesystem::path& file)
{
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return std::nullopt;
    std::array<char, 8192> text{};
    const auto count = ::read(descriptor, text.data(), text.size());
    ::close(descriptor);
    return count > 0 ? WaitingState::parse({text.data(), static_cast<std::size_t>(count)}) : std::nullopt;
}

} // namespace farboot::rootfs
