#include "pbl/agent/files.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace farboot::agent
{

Result<std::string> read_small_file(const std::filesystem::path& file, std::size_t limit)
{
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return fail(errno == ENOENT ? "not-found" : "io", "{} cannot be opened: {}.", file.string(),
                    std::strerror(errno));
    // Not by the file's size: files of /proc and /sys have none.
    std::string text;
    char buffer[4096];
    while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
        text.append(buffer, static_cast<std::size_t>(in.gcount()));
        if (text.size() > limit)
            return fail("io", "{} is longer than {} bytes.", file.string(), limit);
    }
    if (in.bad())
        return fail("io", "{} cannot be read.", file.string());
    return text;
}

Result<void> write_file(const std::filesystem::path& file, std::string_view content, std::filesystem::perms permissions)
{
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    auto fresh = file;
    fresh += ".new";
    {
        std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
        std::filesystem::permissions(fresh, permissions, error);
        out.write(content.data(), static_cast<std::streamsize>(content.size()));
        if (!out.flush())
            return fail("io", "{} cannot be written: {}.", fresh.string(), std::strerror(errno));
    }
    std::filesystem::rename(fresh, file, error);
    if (error)
        return fail("io", "{} cannot be written: {}.", file.string(), error.message());
    return {};
}

} // namespace farboot::agent
