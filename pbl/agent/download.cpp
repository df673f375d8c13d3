#include "pbl/agent/download.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace farboot::agent
{

namespace
{

/// One file on its way.
struct Target {
    const rootfs::FileRef& file;
    int fd;
    off_t begin; ///< where the file begins in fd
    Sha256 hash{};
    std::uint64_t bytes = 0;
    bool mixed = false; ///< bytes are from more than one attempt
    std::string write_error{};

    bool write(Bytes data)
    {
        hash.update(data);
        bytes += data.size();
        while (!data.empty()) {
            const auto written = ::write(fd, data.data(), data.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0) {
                write_error = std::strerror(errno);
                return false;
            }
            data = data.subspan(static_cast<std::size_t>(written));
        }
        return true;
    }

    void start_anew(Progress& progress)
    {
        progress.take_back(bytes);
        hash = Sha256();
        bytes = 0;
        mixed = false;
        if (::ftruncate(fd, begin) != 0 || ::lseek(fd, begin, SEEK_SET) < 0)
            write_error = std::strerror(errno);
    }
};

struct Source {
    std::string url;
    bool bypass_caches = false;
    bool given_up = false;
};

/// Fetches what is still missing.
Result<void> attempt(JobContext& job, Target& target, const Source& source, Progress& progress)
{
    rootfs::HttpRequest request;
    request.url = source.url + "/v1/files/" + target.file.digest.hex();
    request.max_body = target.file.size - target.bytes;
    request.bypass_caches = source.bypass_caches;
    if (target.bytes > 0) {
        request.range = {target.bytes, target.file.size - target.bytes};
        target.mixed = true;
    }
    const auto response = job.api.client().stream(
        std::move(request),
        [&](Bytes data) {
            progress.add(data.size());
            return target.write(data);
        },
        job.stop);
    if (!target.write_error.empty())
        return fail("memory-short", "Writing the file failed: {}.", target.write_error);
    if (!response)
        return std::unexpected(response.error());
    if (target.bytes != target.file.size || target.hash.finish() != target.file.digest)
        return fail("digest-mismatch", "The file {} of {} has other bytes than the record says.",
                    target.file.digest.hex(), source.url);
    return {};
}

/// After a failure that time does not heal: is the source worth another attempt?
void judge(Source& source, Target& target, const Error& error, Progress& progress)
{
    if (error.reason == "digest-mismatch" || error.reason == "too-long" || error.reason == "range-ignored") {
        const bool blame = !target.mixed; // else the wrong bytes may be another's
        target.start_anew(progress);
        if (blame && source.bypass_caches)
            source.given_up = true;
        source.bypass_caches = true;
    } else {
        source.given_up = true;
    }
}

} // namespace

Downloader::Downloader(JobContext& job, std::vector<std::string> sources, Progress& progress)
    : job_(job), sources_(std::move(sources)), progress_(progress)
{
}

Result<void> Downloader::append(const rootfs::FileRef& file, int fd)
{
    Target target{.file = file, .fd = fd, .begin = ::lseek(fd, 0, SEEK_END)};
    std::vector<Source> sources;
    for (const auto& url : sources_)
        sources.push_back({.url = url});

    BackOff back_off;
    Error last{"unreachable", "There is no source."};
    while (true) {
        bool may_pass = false;
        const auto bytes_before = target.bytes;
        for (auto& source : sources) {
            while (!source.given_up) {
                progress_.report();
                const auto done = attempt(job_, target, source, progress_);
                if (job_.stop.stop_requested())
                    return cancelled();
                if (done)
                    return {};
                last = done.error();
                if (last.reason == "memory-short")
                    return done;
                if (is_transient(last)) {
                    may_pass = true;
                    break; // the next source at once
                }
                judge(source, target, last, progress_);
            }
        }
        if (!may_pass)
            return std::unexpected(last);
        if (target.bytes > bytes_before)
            back_off.reset();
        if (!wait_visibly(job_, progress_.status(), last, back_off.next()))
            return cancelled();
    }
}

} // namespace farboot::agent
