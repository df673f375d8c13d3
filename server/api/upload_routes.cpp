#include "server/api/auth.hpp"
#include "server/api/routes.hpp"

#include "rootfs/base/number.hpp"
#include "rootfs/image/store_intake.hpp"

#include <nlohmann/json.hpp>

namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Method;
using http::Request;
using http::Response;
using rootfs::AtomicFile;
using rootfs::StoreIntake;

namespace
{

constexpr std::uint64_t max_pack = 64 << 20; ///< publishers stop at 32 MiB, and the index comes behind
constexpr std::uint64_t max_file = std::uint64_t{4} << 30;
constexpr std::uint64_t max_order = 5 << 20; ///< of a hot list, which has at most 65,536 rows
constexpr std::size_t max_hot = 65'536;
constexpr std::size_t piece = 256 * 1024;
constexpr std::size_t max_gaps = 4096;

Response refusal(const Error& error)
{
    const auto& reason = error.reason;
    if (reason == "not-found")
        return http::error(404, error);
    if (reason == "chunks-missing")
        return http::error(409, error);
    if (reason == "store-busy")
        return http::error(503, error).with("Retry-After", "10");
    if (reason == "disk-full")
        return http::error(503, error).with("Retry-After", "60");
    if (reason.ends_with("-malformed") || reason == "digest-mismatch" || reason == "version-unknown" ||
        reason == "truncated")
        return http::error(400, error);
    return http::error(500, error);
}

std::optional<Digest> digest_of(const Request& request)
{
    return Digest::from_hex(request.parameter("digest"));
}

Response no_digest()
{
    return http::error(404, "not-found", "Files of the store are named by 64 lower-case hexadecimal digits.");
}

/// The part of the store that somebody may send something to: all, or one audience's.
bool may_upload(const Request& request, const Principal& principal)
{
    const auto audience = request.parameters.find("audience");
    return audience == request.parameters.end()
               ? principal.may(Right::upload)
               : principal.may_on(Right::upload, people::audience_object(audience->second));
}

Response no_right()
{
    return http::error(403, right_missing(Right::upload, "for this part of the store"));
}

/// Of what is for everybody, or of the audience that the path names; null if there is no such audience.
StoreIntake* intake_of(const Context& context, const Request& request)
{
    const auto audience = request.parameters.find("audience");
    return context.intakes.find(audience == request.parameters.end() ? "" : audience->second);
}

Response no_audience()
{
    return http::error(404, "audience-unknown",
                       "The server has no such audience: it gets them with farboot-server run --restricted.");
}

/// Writes the body into a file beside the store, piece by piece: a slow client costs a file, no memory.
awaitable<Result<std::shared_ptr<AtomicFile>>> receive(const Context& context, StoreIntake& intake,
                                                       http::BodyReader& body)
{
    auto begun = co_await context.storing.run([&](std::size_t) { return intake.begin(); });
    if (!begun)
        co_return std::unexpected(begun.error());
    const auto file = std::make_shared<AtomicFile>(std::move(*begun)); // g++ 12: no values of it in a frame
    std::vector<char> buffer(std::min<std::uint64_t>(piece, body.length()));
    for (std::uint64_t received = 0; received < body.length();) {
        const auto count = co_await body.read(buffer);
        received += count;
        auto written = co_await context.storing.run(
            [&](std::size_t) { return file->write(std::as_bytes(std::span(buffer).first(count))); });
        if (!written)
            co_return std::unexpected(written.error());
    }
    co_return file;
}

using Take = Result<bool> (StoreIntake::*)(AtomicFile, const Digest&);

awaitable<Response> put(const Context& context, const Request& request, http::BodyReader& body,
                        const Principal& principal, Take take)
{
    if (!may_upload(request, principal))
        co_return no_right();
    const auto digest = digest_of(request);
    if (!digest)
        co_return no_digest();
    auto* const intake = intake_of(context, request);
    if (intake == nullptr)
        co_return no_audience();
    const auto file = co_await receive(context, *intake, body);
    if (!file)
        co_return refusal(file.error());
    const auto is_new =
        co_await context.storing.run([&](std::size_t) { return (intake->*take)(std::move(**file), *digest); });
    if (!is_new)
        co_return refusal(is_new.error());
    co_return http::json(*is_new ? 201 : 200, {{"digest", digest->hex()}, {"bytes", body.length()}});
}

/// Is a kernel there, and here to stay? Who asks the store itself is told of those that a cleaning up will delete, too.
/// For all who may upload somewhere: records of an audience need kernels that are for everybody, as their files are.
awaitable<Response> get_file(const Context& context, const Request& request)
{
    const auto digest = digest_of(request);
    if (!digest)
        co_return no_digest();
    const auto* const intake = intake_of(context, request); // no audience's: it is there
    const auto bytes = co_await context.storing.run([&](std::size_t) { return intake->file_bytes(*digest); });
    if (!bytes)
        co_return refusal(bytes.error());
    co_return http::json(200, {{"digest", digest->hex()}, {"bytes", *bytes}});
}

nlohmann::json lacking_json(const Digest& digest, const rootfs::Lacking& lacking)
{
    return {{"manifest", digest.hex()},
            {"chunks", lacking.chunk_count},
            {"located", lacking.located},
            {"hot_chunks", lacking.hot_chunks},
            {"hot_guessed", lacking.hot_guessed},
            {"missing", lacking.gaps},
            {"next", lacking.next == 0 ? nlohmann::json() : nlohmann::json(lacking.next)}};
}

awaitable<Response> get_lacking(const Context& context, const Request& request, const Principal& principal)
{
    if (!may_upload(request, principal))
        co_return no_right();
    const auto digest = digest_of(request);
    if (!digest)
        co_return no_digest();
    std::uint64_t from = 0;
    if (const auto text = request.target.parameter("from")) {
        const auto number = rootfs::to_number<std::uint64_t>(*text);
        if (!number)
            co_return http::error(400, "from-malformed", "from is the number of a chunk.", "from");
        from = *number;
    }
    auto* const intake = intake_of(context, request);
    if (intake == nullptr)
        co_return no_audience();
    const auto lacking =
        co_await context.storing.run([&](std::size_t) { return intake->lacking(*digest, from, max_gaps); });
    if (!lacking)
        co_return refusal(lacking.error());
    co_return http::json(200, lacking_json(*digest, *lacking));
}

/// {"hot": [digests], "guessed": false}; nothing if it is something else.
std::optional<StoreIntake::SentHot> parse_hot(const std::string& body)
{
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object() || !json.contains("hot") || !json["hot"].is_array() || json["hot"].size() > max_hot)
        return std::nullopt;
    StoreIntake::SentHot hot;
    if (json.contains("guessed")) {
        if (!json["guessed"].is_boolean())
            return std::nullopt;
        hot.guessed = json["guessed"].get<bool>();
    }
    for (const auto& item : json["hot"]) {
        const auto digest = item.is_string() ? Digest::from_hex(item.get_ref<const std::string&>()) : std::nullopt;
        if (!digest)
            return std::nullopt;
        hot.chunks.push_back(*digest);
    }
    return hot;
}

awaitable<Response> post_image(const Context& context, const Request& request, const Principal& principal)
{
    if (!may_upload(request, principal))
        co_return no_right();
    const auto digest = digest_of(request);
    if (!digest)
        co_return no_digest();
    const auto hot = parse_hot(request.body);
    if (!hot)
        co_return http::error(400, "json-malformed",
                              "An image is completed with {\"hot\": [digests of chunks in order of first use]}.",
                              "hot");
    auto* const intake = intake_of(context, request);
    if (intake == nullptr)
        co_return no_audience();
    const auto done = co_await context.storing.run([&](std::size_t) { return intake->locate(*digest, *hot); });
    if (!done)
        co_return refusal(done.error());
    co_return http::json(201, {{"manifest", digest->hex()}});
}

} // namespace

void add_upload_routes(http::Router& router, const Context& context)
{
    const auto add_put = [&](const std::string& root, const char* folder, Take take, std::uint64_t limit) {
        router.add_upload(Method::put, fmt::format("{}/{}/{{digest}}", root, folder),
                          uploads_for_users_with_some(context, Right::upload,
                                                      [&context, take](const Request& request, http::BodyReader& body,
                                                                       const Principal& principal) {
                                                          return put(context, request, body, principal, take);
                                                      }),
                          limit);
    };
    for (const std::string root : {"/api/v1/store", "/api/v1/store/restricted/{audience}"}) {
        add_put(root, "packs", &StoreIntake::take_pack, max_pack);
        add_put(root, "manifests", &StoreIntake::take_manifest, max_file);
        router.add(Method::get, root + "/images/{digest}",
                   for_users_with_some(context, Right::upload, [&context](const Request& r, const Principal& p) {
                       return get_lacking(context, r, p);
                   }));
        router.add(
            Method::post, root + "/images/{digest}",
            for_users_with_some(context, Right::upload,
                                [&context](const Request& r, const Principal& p) { return post_image(context, r, p); }),
            max_order);
    }
    add_put("/api/v1/store", "files", &StoreIntake::take_file, max_file);
    router.add(Method::get, "/api/v1/store/files/{digest}",
               for_users_with_some(context, Right::upload,
                                   [&context](const Request& r, const Principal&) { return get_file(context, r); }));
}

} // namespace farboot::server::api
