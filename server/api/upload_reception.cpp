#include "server/api/upload_reception.hpp"

#include "server/api/sent_files.hpp"

#include <exception>
#include <vector>

namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using catalog::UploadState;

namespace
{

constexpr std::size_t piece = 256 * 1024;
constexpr std::uint64_t sync_bytes = 64 << 20; ///< so much, or
constexpr std::chrono::seconds sync_time{1};   ///< what comes in so long, is put on the disk before it is told of

} // namespace

awaitable<Result<void>> UploadReception::take(std::span<const char> bytes)
{
    auto written =
        co_await context_.storing.run([&](std::size_t) { return file_.write(offset_, std::as_bytes(bytes)); });
    if (!written)
        co_return written;
    offset_ += bytes.size();
    if (offset_ - told_ >= sync_bytes || Clock::now() - told_at_ >= sync_time)
        written = co_await tell();
    co_return written;
}

awaitable<Result<void>> UploadReception::tell()
{
    if (offset_ == told_)
        co_return Result<void>();
    auto synced = co_await context_.storing.run([&](std::size_t) { return file_.sync(); });
    if (!synced)
        co_return synced;
    const auto now = context_.now();
    auto noted = co_await context_.database.write([&](Connection& connection) -> Result<void> {
        if (!catalog::note_received(connection, id_, offset_, now))
            return fail("upload-over", "Upload {} was removed while it was sent.", id_);
        return {};
    });
    if (noted) {
        told_ = offset_;
        told_at_ = Clock::now();
    }
    co_return noted;
}

awaitable<Result<void>> UploadReception::receive(http::BodyReader& body)
{
    std::vector<char> buffer(std::min<std::uint64_t>(piece, body.length()));
    std::exception_ptr lost; // g++ 12: nothing is awaited within a catch
    Result<void> done;
    for (std::uint64_t received = 0; done && received < body.length();) {
        std::size_t count = 0;
        try {
            count = co_await body.read(buffer);
        } catch (const http::BodyLost&) {
            lost = std::current_exception();
        }
        if (lost)
            break;
        received += count;
        done = co_await take(std::span<const char>(buffer).first(count));
    }
    auto told = co_await tell();
    if (lost)
        std::rethrow_exception(lost);
    co_return done ? told : done;
}

awaitable<Result<std::shared_ptr<UploadReception>>> begin_reception(const Context& context, std::int64_t id,
                                                                    std::uint64_t offset)
{
    auto opened = co_await context.storing.run([&](std::size_t) { return context.uploads.folder.open_part(id); });
    if (!opened)
        co_return std::unexpected(opened.error());
    const auto upload =
        co_await context.database.read([id](Connection& connection) { return catalog::find_upload(connection, id); });
    if (!upload || upload->state != UploadState::open) { // the file had gone, and opening has made an empty one
        const auto removed = co_await context.storing.run([&](std::size_t) {
            return opened->size() == 0U && (!upload || upload->bytes > 0) && context.uploads.folder.remove_part(id);
        });
        static_cast<void>(removed);
    }
    if (!upload || upload->state == UploadState::refused)
        co_return fail("upload-over", "Upload {} is not there any more.", id);
    const auto there = true_offset(context.uploads, *upload);
    if (upload->state != UploadState::open || there != offset)
        co_return fail("offset-wrong", "Upload {} goes on at byte {}, not at {}: ask with HEAD for where it goes on.",
                       id, there, offset);
    const auto cut = co_await context.storing.run([&](std::size_t) { return opened->cut(offset); });
    if (!cut)
        co_return std::unexpected(cut.error());
    co_return std::make_shared<UploadReception>(context, id, std::move(*opened), offset);
}

} // namespace farboot::server::api
