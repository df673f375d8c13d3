#include "rootfs/cli/console.hpp"
#include "rootfs/cli/members.hpp"
#include "rootfs/cli/progress.hpp"
#include "rootfs/cli/tus_upload.hpp"
#include "rootfs/cli/upload_tries.hpp"
#include "rootfs/image/file.hpp"
#include "rootfs/image/pack_index.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

namespace fs = std::filesystem;
using nlohmann::json;

/// In one request, after which failures are counted anew.
constexpr std::uint64_t slice_bytes = 64 << 20;

std::unexpected<Error> failed(const char* what, const fs::path& path, int error)
{
    return fail(error == ENOSPC || error == EDQUOT ? "disk-full" : "io", "Cannot {} {}: {}.", what, path.string(),
                std::strerror(error));
}

/// A file that grows over several runs, of one of them at a time.
class Growing
{
public:
    static Result<Growing> open(const fs::path& path)
    {
        const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
        struct stat info{};
        if (descriptor < 0 || ::fstat(descriptor, &info) != 0)
            return failed("write", path, errno);
        Growing file(path, descriptor, static_cast<std::uint64_t>(info.st_size));
        if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
            return fail("io", "{}: another program is fetching it.", path.string());
        return file;
    }
    Growing(Growing&& other) noexcept
        : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), bytes_(other.bytes_)
    {
    }
    Growing& operator=(Growing&&) = delete;
    ~Growing()
    {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] int failure() const { return failure_; }
    bool add(Bytes data)
    {
        while (!data.empty()) {
            const auto count = ::write(descriptor_, data.data(), data.size());
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0) {
                failure_ = count < 0 ? errno : EIO;
                return false;
            }
            bytes_ += static_cast<std::uint64_t>(count);
            data = data.subspan(static_cast<std::size_t>(count));
        }
        return true;
    }
    /// Gives it its name, if nothing has that name.
    Result<void> finish(const fs::path& target)
    {
        if (::fsync(descriptor_) != 0 || ::fchmod(descriptor_, 0644) != 0)
            return failed("write", path_, errno);
        if (::link(path_.c_str(), target.c_str()) != 0)
            return failed("write", target, errno);
        ::unlink(path_.c_str());
        return sync_folder(target.has_parent_path() ? target.parent_path() : fs::path("."));
    }

private:
    Growing(fs::path path, int descriptor, std::uint64_t bytes)
        : path_(std::move(path)), descriptor_(descriptor), bytes_(bytes)
    {
    }
    fs::path path_;
    int descriptor_;
    std::uint64_t bytes_;
    int failure_ = 0;
};

Result<void> fetch_slice(ServerClient& server, std::uint64_t id, std::uint64_t total, Growing& file, Progress& progress,
                         const std::stop_token& stop)
{
    if (file.bytes() == total) // the last answer was cut off behind its last byte
        return {};
    ServerClient::Call call{.method = "GET", .path = fmt::format("/api/v1/uploads/{}/file", id)};
    call.range = {{file.bytes(), std::min(slice_bytes, total - file.bytes())}};
    const auto sink = [&](Bytes bytes) {
        const bool written = file.add(bytes);
        progress.update(file.bytes(), total);
        return written;
    };
    auto done = server.stream(call, sink, stop);
    if (file.failure() != 0)
        return failed("write", "the file", file.failure());
    return done;
}

} // namespace

Result<void> fetch_upload(ServerClient& server, const json& upload, const fs::path& target, const std::stop_token& stop)
{
    const auto id = number_in(upload, "id");
    const auto bytes = number_in(upload, "bytes");
    const auto digest = text_in(upload, "sha256");
    if (text_in(upload, "state") != "complete" || !Digest::from_hex(digest))
        return fail("upload-incomplete", "Upload {} is not complete: it cannot be fetched.", id);
    std::error_code error;
    if (fs::exists(target, error)) {
        const auto there = digest_of_file(target);
        if (there && there->hex() == digest)
            return {};
        return fail("exists", "{} is there already, and is another file.", target.string());
    }
    const fs::path part = fmt::format("{}.{}.part", target.string(), digest.substr(0, 12));
    auto file = Growing::open(part);
    if (!file)
        return std::unexpected(file.error());
    Progress progress("Fetching " + text_in(upload, "name"));
    while (file->bytes() < bytes)
        if (auto done = try_again([&] { return fetch_slice(server, id, bytes, *file, progress, stop); }, stop); !done)
            return done;
    const auto found = digest_of_file(part);
    if (!found)
        return std::unexpected(found.error());
    if (found->hex() != digest) {
        fs::remove(part, error);
        return fail("digest-mismatch", "What has come of upload {} has the SHA-256 {}, and not {}: it was removed.", id,
                    found->hex(), digest);
    }
    return file->finish(target);
}

} // namespace farboot::rootfs
