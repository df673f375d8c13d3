#include "rootfs/cli/tus_upload.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/base/number.hpp"
#include "rootfs/base/pause.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/members.hpp"
#include "rootfs/cli/progress.hpp"
#include "rootfs/cli/upload_tries.hpp"
#include "rootfs/image/file.hpp"

#include <algorithm>
#include <future>

namespace farboot::rootfs
{

namespace
{

using nlohmann::json;

/// In one request, after which failures are counted anew.
constexpr std::uint64_t slice_bytes = 256 << 20;
constexpr std::size_t read_bytes = 1 << 20;

std::pair<std::string, std::string> tus_version()
{
    return {"Tus-Resumable", "1.0.0"};
}

std::string path_of(std::uint64_t id)
{
    return fmt::format("/api/v1/uploads/{}", id);
}

Result<Digest> read_digest(const File& file, std::uint64_t bytes, const std::string& what, const std::stop_token& stop)
{
    Progress progress(what);
    Sha256 sha;
    std::vector<std::byte> buffer(std::min<std::uint64_t>(read_bytes, bytes));
    for (std::uint64_t offset = 0; offset < bytes;) {
        if (stop.stop_requested())
            return fail("cancelled", "Stopped.");
        const auto part = std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), bytes - offset));
        if (auto read = file.read(offset, part); !read)
            return std::unexpected(read.error());
        sha.update(part);
        offset += part.size();
        progress.update(offset, bytes);
    }
    return sha.finish();
}

/// One file on its way to a server.
class Sending
{
public:
    Sending(ServerClient& server, std::filesystem::path file, std::uint64_t bytes, std::stop_token stop)
        : server_(server), file_(std::move(file)), bytes_(bytes), stop_(std::move(stop))
    {
    }

    /// What there is of it at the server: whole, or begun.
    Result<json> find(const std::string& name, const std::string& digest)
    {
        const auto session = server_.get("/api/v1/session", stop_);
        const auto uploads = session ? list_uploads(server_, stop_) : std::unexpected(session.error());
        if (!uploads)
            return std::unexpected(uploads.error());
        json best;
        for (const auto& upload : *uploads) {
            const auto state = text_in(upload, "state");
            const bool same = text_in(upload, "owner") == text_in(*session, "user") &&
                              text_in(upload, "name") == name && number_in(upload, "bytes") == bytes_ &&
                              text_in(upload, "sha256") == digest;
            if (same && state != "refused" && (best.is_null() || text_in(best, "state") == "open"))
                best = upload;
        }
        return best;
    }

    Result<json> begin(const std::string& name, const std::string& digest)
    {
        ServerClient::Call call{.method = "POST", .path = "/api/v1/uploads"};
        call.headers = {tus_version(),
                        {"Upload-Length", std::to_string(bytes_)},
                        {"Upload-Metadata",
                         fmt::format("filename {},sha256 {}", base64(as_bytes(name)), base64(as_bytes(digest)))}};
        const auto made = server_.call(call, stop_);
        if (!made)
            return std::unexpected(made.error());
        auto upload = json::parse(made->body, nullptr, false);
        if (number_in(upload, "id") == 0)
            return fail("bad-answer", "{}: the answer is no upload. Is this a Farboot server?", server_.url());
        return upload;
    }

    /// All that the server lacks of it.
    Result<void> send(std::uint64_t id)
    {
        Progress progress("Uploading " + file_.filename().string());
        for (std::uint64_t offset = 0; offset < bytes_;) {
            const auto attempt = [&] { return send_slice(id, offset, progress); };
            if (auto done = try_again(attempt, stop_); !done)
                return done;
        }
        return {};
    }

    /// The upload, once the server has read it.
    Result<json> wait_for_check(std::uint64_t id)
    {
        bool told = false;
        json upload;
        const auto look = [&]() -> Result<void> {
            auto answer = server_.get(path_of(id), stop_);
            if (!answer)
                return std::unexpected(std::move(answer.error()));
            upload = std::move(*answer);
            return {};
        };
        while (true) {
            if (auto done = try_again(look, stop_); !done) // it may take minutes, in which a server is restarted
                return std::unexpected(std::move(done.error()));
            if (text_in(upload, "state") == "complete")
                return upload;
            if (text_in(upload, "state") != "checking")
                return fail("digest-mismatch", "{}", text_in(upload, "sentence"));
            if (!std::exchange(told, true))
                note("All of it is there. The server reads it to check its digest.");
            if (!sleep_about(std::chrono::milliseconds(500), stop_))
                return fail("cancelled", "The server goes on checking: farboot upload show {}.", id);
        }
    }

private:
    Result<std::uint64_t> ask(std::uint64_t id)
    {
        const ServerClient::Call call{
            .method = "HEAD", .path = path_of(id), .headers = {tus_version()}, .keep_header = "Upload-Offset"};
        const auto answer = server_.call(call, stop_);
        if (!answer)
            return std::unexpected(answer.error());
        const auto offset = to_number<std::uint64_t>(answer->kept_header);
        if (!offset || *offset > bytes_)
            return fail("bad-answer", "{}: it does not say where the upload goes on.", server_.url());
        return *offset;
    }

    Result<void> send_slice(std::uint64_t id, std::uint64_t& offset, Progress& progress)
    {
        const auto there = ask(id);
        if (!there)
            return std::unexpected(there.error());
        offset = *there;
        const auto length = std::min(slice_bytes, bytes_ - offset);
        progress.update(offset, bytes_);
        if (length == 0)
            return {};
        ServerClient::Call call{.method = "PATCH", .path = path_of(id)};
        call.headers = {tus_version(),
                        {"Upload-Offset", std::to_string(offset)},
                        {"Content-Type", "application/offset+octet-stream"}};
        call.body_file = file_.string();
        call.body_range = {{offset, length}};
        const auto before = server_.bytes_sent();
        auto sent = std::async(std::launch::async, [&] { return server_.call(call, stop_); });
        while (sent.wait_for(std::chrono::milliseconds(250)) != std::future_status::ready)
            progress.update(offset + std::min(server_.bytes_sent() - before, length), bytes_);
        const auto answer = sent.get();
        if (!answer && answer.error().reason == "http-409") // the server has noticed only now that we were cut off
            return fail("http-423", "{}", answer.error().sentence);
        if (!answer)
            return std::unexpected(answer.error());
        offset += length;
        progress.update(offset, bytes_);
        return {};
    }

    ServerClient& server_;
    std::filesystem::path file_;
    std::uint64_t bytes_;
    std::stop_token stop_;
};

} // namespace

Result<json> list_uploads(ServerClient& server, const std::stop_token& stop)
{
    auto all = json::array();
    std::uint64_t after = 0;
    while (true) {
        const auto page = server.get(after == 0 ? "/api/v1/uploads?limit=1000"
                                                : fmt::format("/api/v1/uploads?limit=1000&after={}", after),
                                     stop);
        if (!page)
            return std::unexpected(page.error());
        const auto rows = page->find("uploads");
        if (rows == page->end() || !rows->is_array())
            return fail("bad-answer", "{}: the answer has no uploads. Is this a Farboot server?", server.url());
        all.insert(all.end(), rows->begin(), rows->end());
        const auto next = number_in(*page, "next");
        if (next <= after)
            return all;
        after = next;
    }
}

Result<json> send_upload(ServerClient& server, const std::filesystem::path& path, const std::string& name,
                         const std::stop_token& stop)
{
    const auto file = File::open(path);
    if (!file)
        return std::unexpected(file.error());
    const auto bytes = file->size();
    if (!bytes)
        return std::unexpected(bytes.error());
    const auto digest = read_digest(*file, *bytes, "Reading " + path.filename().string(), stop);
    if (!digest)
        return std::unexpected(digest.error());
    Sending sending(server, path, *bytes, stop);
    auto upload = sending.find(name, digest->hex());
    if (upload && upload->is_null())
        upload = sending.begin(name, digest->hex());
    else if (upload && text_in(*upload, "state") == "open")
        note(fmt::format("Upload {} goes on: {} of {} are there.", number_in(*upload, "id"),
                         bytes_text(number_in(*upload, "received")), bytes_text(*bytes)));
    if (!upload)
        return upload;
    const auto id = number_in(*upload, "id");
    if (text_in(*upload, "state") == "open")
        if (auto sent = sending.send(id); !sent)
            return std::unexpected(sent.error());
    return sending.wait_for_check(id);
}

} // namespace farboot::rootfs
