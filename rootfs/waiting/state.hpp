#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

/// That a reader waits because no source helps, as its file in memory says it (docs/network-root.md): lines NAME=VALUE.
///     since=1764242000            seconds since 1970
///     server=boot.example.org     once for each, in the order of the sources; host names alone, nothing secret
struct WaitingState {
    std::int64_t since = 0;
    std::vector<std::string> servers;

    [[nodiscard]] std::string text() const;
    /// Nothing if `since` is missing or malformed, or a server has characters that no host name has. Lines with other
    /// names are left for later versions.
    [[nodiscard]] static std::optional<WaitingState> parse(std::string_view text);
    bool operator==(const WaitingState&) const = default;
};

/// The file of one reader: it is there as long as the reader waits. Everybody may read it.
class WaitingFile
{
public:
    /// No path: nothing is written. A file that is there was left by a reader that was killed: it goes.
    WaitingFile(std::filesystem::path path, const std::vector<std::string>& sources);
    ~WaitingFile();
    WaitingFile(const WaitingFile&) = delete;
    WaitingFile& operator=(const WaitingFile&) = delete;

    /// Whether it can be written must not matter to a reader: nobody is told.
    void set(bool waiting) const;

private:
    std::filesystem::path path_;
    std::vector<std::string> servers_;
};

} // namespace farboot::rootfs
