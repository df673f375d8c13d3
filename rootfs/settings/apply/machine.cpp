#include "rootfs/settings/apply/machine.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace farboot::settings
{

namespace fs = std::filesystem;

namespace
{

constexpr std::string_view first_mark = "# From here on by Farboot's settings:";
constexpr std::string_view last_mark = "# Up to here by Farboot's settings.";

std::unexpected<Error> failed(std::string_view path, const char* what)
{
    return fail("io", "{} cannot be {}: {}.", path, what, std::strerror(errno));
}

bool write_all(int fd, std::string_view content)
{
    while (!content.empty()) {
        const auto written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

fs::path Machine::at(std::string_view path) const
{
    return root_ / path.substr(1);
}

bool Machine::has(std::string_view path) const
{
    std::error_code ignored;
    return fs::exists(at(path), ignored);
}

std::string Machine::read(std::string_view path) const
{
    std::ifstream stream(at(path), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

Result<void> Machine::write(std::string_view path, std::string_view content, unsigned mode) const
{
    const auto file = at(path);
    struct stat old{};
    if (::lstat(file.c_str(), &old) == 0 && S_ISREG(old.st_mode) && (old.st_mode & 07777) == mode &&
        read(path) == content)
        return {};
    std::error_code ignored;
    fs::create_directories(file.parent_path(), ignored);
    const auto fresh = file.string() + ".farboot";
    ::unlink(fresh.c_str());
    const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed(path, "written");
    const bool written = write_all(fd, content) && ::fchmod(fd, mode) == 0;
    const int error = errno;
    ::close(fd);
    errno = error;
    if (!written || ::rename(fresh.c_str(), file.c_str()) != 0)
        return failed(path, "written");
    return {};
}

Result<void> Machine::write_block(std::string_view path, std::string_view lines, unsigned mode) const
{
    auto text = read(path);
    if (const auto begin = text.find(first_mark); begin != text.npos) {
        const auto end = text.find(last_mark, begin);
        text.erase(begin, end == text.npos ? text.npos : end + last_mark.size() + 1 - begin);
    }
    if (!lines.empty()) {
        if (!text.empty() && !text.ends_with('\n'))
            text += '\n';
        text += fmt::format("{}\n{}{}\n", first_mark, lines, last_mark);
    } else if (!has(path)) {
        return {};
    }
    return write(path, text, mode);
}

Result<void> Machine::link(std::string_view path, const std::string& target) const
{
    const auto file = at(path);
    std::error_code error;
    if (fs::read_symlink(file, error) == target)
        return {};
    const auto fresh = file.string() + ".farboot";
    ::unlink(fresh.c_str());
    if (::symlink(target.c_str(), fresh.c_str()) != 0 || ::rename(fresh.c_str(), file.c_str()) != 0)
        return failed(path, "made");
    return {};
}

Result<void> Machine::remove(std::string_view path) const
{
    if (::unlink(at(path).c_str()) != 0 && errno != ENOENT && errno != ENOTDIR)
        return failed(path, "removed");
    return {};
}

Result<void> Machine::write_unit(const std::string& name, std::string_view content, bool starts)
{
    units_changed_ = true;
    if (starts)
        units_.push_back(name);
    return write("/run/systemd/system/" + name, content);
}

Result<void> Machine::start_units()
{
    if (!units_changed_)
        return {};
    if (auto read = run({"systemctl", "daemon-reload"}); !read || units_.empty())
        return read;
    std::vector<std::string> command{"systemctl", "--no-block", "start"};
    command.insert(command.end(), units_.begin(), units_.end());
    return run(command);
}

} // namespace farboot::settings
