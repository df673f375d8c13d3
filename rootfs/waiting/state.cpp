#include "rootfs/waiting/state.hpp"

#include "rootfs/base/number.hpp"
#include "rootfs/base/url.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t longest_host = 253; // of the domain name system
constexpr std::string_view host_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]";

bool is_host(std::string_view text)
{
    return !text.empty() && text.size() <= longest_host &&
           text.find_first_not_of(host_characters) == std::string_view::npos;
}

bool write_file(const std::filesystem::path& path, std::string_view text)
{
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0)
        return false;
    ::fchmod(file, 0644); // the root's reader has a strict umask
    const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    return ::close(file) == 0 && written;
}

} // namespace

std::string WaitingState::text() const
{
    std::string text = "since=" + std::to_string(since) + "\n";
    for (const auto& server : servers)
        text += "server=" + server + "\n";
    return text;
}

std::optional<WaitingState> WaitingState::parse(std::string_view text)
{
    WaitingState state;
    bool has_since = false;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const auto name = line.substr(0, line.find('='));
        const auto value = line.substr(std::min(line.size(), name.size() + 1));
        if (name == "since") {
            const auto number = to_number<std::int64_t>(value);
            if (!number || *number < 0)
                return std::nullopt;
            state.since = *number;
            has_since = true;
        } else if (name == "server") {
            if (!is_host(value))
                return std::nullopt;
            state.servers.emplace_back(value);
        }
    }
    return has_since ? std::optional(state) : std::nullopt;
}

WaitingFile::WaitingFile(std::filesystem::path path, const std::vector<std::string>& sources) : path_(std::move(path))
{
    for (const auto& source : sources) {
        std::string host(host_of(source));
        if (is_host(host) && std::ranges::find(servers_, host) == servers_.end())
            servers_.push_back(std::move(host));
    }
    set(false);
}

WaitingFile::~WaitingFile()
{
    set(false);
}

void WaitingFile::set(bool waiting) const
{
    if (path_.empty())
        return;
    if (!waiting) {
        ::unlink(path_.c_str());
        return;
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const WaitingState state{std::chrono::duration_cast<std::chrono::seconds>(now).count(), servers_};
    // Whoever is woken by it must find it whole.
    const auto whole = path_.string() + ".new";
    if (write_file(whole, state.text()))
        ::rename(whole.c_str(), path_.c_str());
}

} // namespace farboot::rootfs
