#include "server/api/upload_keeper.hpp"

#include "server/catalog/uploads.hpp"

#include <spdlog/spdlog.h>

namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using catalog::Upload;
using catalog::UploadState;

namespace
{

constexpr std::chrono::seconds look_every{1};
constexpr std::chrono::seconds after_failure{30};
constexpr int looks_between_sweeps = 3600;

struct Verdict {
    UploadState state = UploadState::refused;
    std::string sha256;
    std::string sentence;
};

/// Is it what it should be? Nothing: another server looks at it, or this one stops.
Result<std::optional<Digest>> read(const Result<uploads::PartFile>& file, const std::stop_token& stop)
{
    const auto digest = file ? file->digest(stop) : std::unexpected(file.error());
    if (!digest && (digest.error().reason == "locked" || digest.error().reason == "cancelled"))
        return std::nullopt;
    if (!digest)
        return std::unexpected(digest.error());
    return std::optional(*digest);
}

/// The file has its name already: a server was killed between that and the row.
std::optional<Verdict> judge_whole(const uploads::Folder& folder, const Upload& upload, const std::stop_token& stop)
{
    const auto file = uploads::PartFile::open(folder.whole(upload.id));
    const auto digest = read(file, stop);
    if (!digest || !*digest || file->size() != upload.bytes ||
        (!upload.sha256.empty() && (*digest)->hex() != upload.sha256))
        return std::nullopt; // of another life of the database
    return Verdict{UploadState::complete, (*digest)->hex(), {}};
}

Verdict lost(const Upload& upload)
{
    return {UploadState::refused, upload.sha256,
            fmt::format("Of {} the server has lost a part: send it again.", upload.name)};
}

/// Reads the whole file. Nothing: not now.
Result<std::optional<Verdict>> judge(const uploads::Folder& folder, const Upload& upload, const std::stop_token& stop)
{
    const auto file = upload.bytes == 0 ? folder.open_part(upload.id) : uploads::PartFile::open(folder.part(upload.id));
    if (!file && file.error().reason == "not-found") {
        if (auto verdict = judge_whole(folder, upload, stop))
            return verdict;
        std::error_code error;
        if (stop.stop_requested() || std::filesystem::exists(folder.whole(upload.id), error))
            return std::nullopt; // another server has just given it its name
        return lost(upload);
    }
    const auto digest = read(file, stop);
    if (!digest)
        return std::unexpected(digest.error());
    if (!*digest)
        return std::nullopt;
    if (file->size() != upload.bytes) {
        if (auto verdict = judge_whole(folder, upload, stop))
            return verdict;
        return lost(upload);
    }
    const auto found = (*digest)->hex();
    if (!upload.sha256.empty() && found != upload.sha256)
        return Verdict{UploadState::refused, upload.sha256,
                       fmt::format("What has come as {} has the SHA-256 {}, and not {} as was said when it began: it "
                                   "was altered on the way, or the file was changed meanwhile. It was removed; send "
                                   "it again.",
                                   upload.name, found, upload.sha256)};
    if (auto done = folder.finish(upload.id); !done) // still locked: nobody else does this meanwhile
        return std::unexpected(done.error());
    return Verdict{UploadState::complete, found, {}};
}

awaitable<void> check(const Context& context, Upload upload, std::stop_token stop)
{
    const auto& folder = context.uploads.folder;
    const auto verdict = judge(folder, upload, stop);
    if (!verdict)
        throw std::runtime_error(verdict.error().sentence);
    if (!*verdict)
        co_return;
    const auto& found = **verdict;
    const auto now = context.now();
    bool there = false;
    const auto noted = co_await context.database.write([&](Connection& connection) -> Result<void> {
        there = catalog::end_upload(connection, upload.id, found.state, found.sha256, found.sentence, now);
        return {};
    });
    static_cast<void>(noted);
    if (there)
        spdlog::info("event=upload id={} state={} bytes={}", upload.id, catalog::name_of(found.state), upload.bytes);
    const auto left = co_await context.database.read(
        [&](Connection& connection) { return catalog::find_upload(connection, upload.id); });
    if (!left || left->state == UploadState::refused)
        folder.remove(upload.id);
}

awaitable<void> expire(const Context& context)
{
    const auto before = context.now() - context.uploads.life;
    const auto stale = co_await context.database.read(
        [before](Connection& connection) { return catalog::stale_uploads(connection, before); });
    if (stale.empty())
        co_return;
    const auto gone = co_await context.database.write([&](Connection& connection) -> Result<std::vector<Upload>> {
        auto still = catalog::stale_uploads(connection, before); // somebody may have gone on with one
        for (const auto& upload : still)
            catalog::remove_upload(connection, upload.id);
        return still;
    });
    for (const auto& upload : *gone) {
        context.uploads.folder.remove(upload.id);
        spdlog::info("event=upload id={} state=expired", upload.id);
    }
}

/// Files without a row: a server was killed between both.
awaitable<void> sweep(const Context& context)
{
    for (const auto id : context.uploads.folder.old_files()) {
        const auto upload = co_await context.database.read(
            [id](Connection& connection) { return catalog::find_upload(connection, id); });
        if (!upload)
            context.uploads.folder.remove(id);
    }
}

} // namespace

awaitable<void> look_after_uploads(const Context& context, std::stop_token stop)
{
    co_await expire(context);
    const auto waiting =
        co_await context.database.read([](Connection& connection) { return catalog::uploads_to_check(connection); });
    std::string failure;
    for (const auto& upload : waiting) {
        if (stop.stop_requested())
            co_return;
        try { // one file that cannot be read is nobody else's business
            co_await check(context, upload, stop);
        } catch (const std::exception& error) {
            failure = fmt::format("upload {}: {}", upload.id, error.what());
            spdlog::error("event=upload id={} error=\"{}\"", upload.id, error.what());
        }
    }
    if (!failure.empty())
        throw std::runtime_error(failure);
}

awaitable<void> give_uploads_time(const Context& context)
{
    const auto now = context.now();
    const auto given = co_await context.database.write([now](Connection& connection) -> Result<void> {
        catalog::renew_uploads(connection, now);
        return {};
    });
    if (!given)
        throw std::runtime_error(given.error().sentence);
}

UploadKeeper::UploadKeeper(const Context& context)
    : context_(context),
      loop_("uploads", {look_every, after_failure}, [this](std::stop_token stop) { return look(std::move(stop)); })
{
}

awaitable<void> UploadKeeper::look(std::stop_token stop)
{
    if (looks_++ % looks_between_sweeps == 0)
        co_await sweep(context_);
    owes_time_ = clock_.look(context_.now(), std::chrono::steady_clock::now()).count() != 0 || owes_time_;
    if (owes_time_)
        co_await give_uploads_time(context_);
    owes_time_ = false;
    co_await look_after_uploads(context_, std::move(stop));
}

} // namespace farboot::server::api
