#include "rootfs/cli/site_upload.hpp"

#include "rootfs/cli/console.hpp"
#include "rootfs/cli/upload_tries.hpp"
#include "rootfs/image/file.hpp"
#include "rootfs/image/local_image.hpp"
#include "rootfs/image/pack_writer.hpp"
#include "rootfs/image/record_needs.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace farboot::rootfs
{

namespace
{

/// Somebody may clean the server's store up while we send: what is gone then is sent again.
constexpr int rounds = 3;

Error bad_answer(const ServerClient& server)
{
    return {"bad-answer", fmt::format("{}: the server's list of what it lacks cannot be understood: this program and "
                                      "the server are of different versions.",
                                      server.url())};
}

} // namespace

std::string SiteUpload::path_of(const char* folder, const std::string& digest) const
{
    return fmt::format("{}{}/{}", path_, folder, digest);
}

Result<void> SiteUpload::put(const std::string& path, const ServerClient::Body& body)
{
    return try_again([&] { return server_.put(path, body, stop_); }, stop_);
}

Result<SiteUpload::Missing> SiteUpload::ask(const Digest& digest)
{
    Missing missing;
    for (std::uint64_t from = 0;;) {
        const auto path = path_of("images", digest.hex());
        const auto question = from == 0 ? path : fmt::format("{}?from={}", path, from);
        const auto answer = ask_again([&] { return server_.get(question, stop_); }, stop_);
        if (!answer)
            return std::unexpected(answer.error());
        try {
            missing.located = answer->at("located").get<bool>();
            missing.has_hot_pack = answer->at("hot_chunks").get<std::uint64_t>() > 0;
            missing.hot_guessed = answer->value("hot_guessed", false);
            for (const auto& gap : answer->at("missing"))
                missing.gaps.emplace_back(gap.at(0).get<std::uint64_t>(), gap.at(1).get<std::uint64_t>());
            if (answer->at("next").is_null())
                return missing;
            const auto next = answer->at("next").get<std::uint64_t>();
            if (next <= from)
                return std::unexpected(bad_answer(server_));
            from = next;
        } catch (const nlohmann::json::exception&) {
            return std::unexpected(bad_answer(server_));
        }
    }
}

Result<std::vector<SiteUpload::Job>> SiteUpload::plan(const LocalImage& image, const Missing& missing,
                                                      UploadTotals& totals) const
{
    totals.known_bytes = 0;
    auto gap = missing.gaps.begin(); // in order, as the chunks are
    const auto wanted =
        find_chunks(image, [&](std::uint64_t number, const ChunkRef&, const ChunkPlace& place) -> Result<bool> {
            while (gap != missing.gaps.end() && number >= gap->first + gap->second)
                ++gap;
            const bool lacks = gap != missing.gaps.end() && number >= gap->first;
            if (!lacks)
                totals.known_bytes += place.stored_length;
            return lacks;
        });
    if (!wanted)
        return std::unexpected(wanted.error());
    std::vector<Job> jobs;
    Job rest;
    for (const auto& [number, rows] : *wanted) {
        const auto& pack = image.locator().packs()[number];
        if (is_whole_pack(pack, rows)) {
            jobs.push_back({pack.digest, {}, pack.bytes});
            continue;
        }
        for (const auto& row : rows) {
            if (rest.bytes + row.stored_length > full_pack_bytes)
                jobs.push_back(std::exchange(rest, {}));
            rest.rows.emplace_back(number, row);
            rest.bytes += row.stored_length + pack_row_bytes;
        }
    }
    if (!rest.rows.empty())
        jobs.push_back(std::move(rest));
    return jobs;
}

Result<void> SiteUpload::send(const LocalImage& image, const Job& job)
{
    if (job.whole)
        return put(path_of("packs", job.whole->hex()), {from_.pack(*job.whole).string(), {}});
    PackWriter writer;
    std::optional<File> open;
    std::uint32_t open_number = 0;
    for (const auto& [number, row] : job.rows) {
        if (!open || open_number != number) {
            auto file = File::open(from_.pack(image.locator().packs()[number].digest));
            if (!file)
                return std::unexpected(file.error());
            open.emplace(std::move(*file));
            open_number = number;
        }
        const auto stored = read_checked(*open, row);
        if (!stored)
            return std::unexpected(stored.error());
        writer.add(row.digest, row.plain_length, *stored);
    }
    auto pack = writer.finish();
    return put(path_of("packs", pack.ref.digest.hex()), {{}, std::move(pack.file)});
}

Result<void> SiteUpload::send(const LocalImage& image, const std::vector<Job>& jobs, Progress& progress)
{
    std::uint64_t total = 0;
    for (const auto& job : jobs)
        total += job.bytes;
    const auto before = server_.bytes_sent();
    return several_at_a_time(
        jobs.size(), [&](std::size_t number) { return send(image, jobs[number]); },
        [&] { progress.update(std::min(server_.bytes_sent() - before, total), total); });
}

Result<UploadTotals> SiteUpload::image(const Digest& digest)
{
    const auto image = LocalImage::open(from_, digest);
    if (!image)
        return std::unexpected(image.error());
    const auto guessed = image->locator().hot().guessed;
    auto hot = nlohmann::json::array();
    for (const auto& row : image->locator().hot().rows)
        hot.push_back(row.digest.hex());
    Progress progress("Uploading " + digest.hex().substr(0, 12));
    UploadTotals totals;
    for (int round = 1;; ++round) {
        auto missing = ask(digest);
        if (!missing && missing.error().reason == "http-404") {
            if (auto done = put(path_of("manifests", digest.hex()), {from_.manifest(digest).string(), {}}); !done)
                return std::unexpected(std::move(done.error()));
            missing = ask(digest);
        }
        if (!missing)
            return std::unexpected(missing.error());
        const auto jobs = plan(*image, *missing, totals);
        if (!jobs)
            return std::unexpected(jobs.error());
        if (auto sent = send(*image, *jobs, progress); !sent)
            return std::unexpected(std::move(sent.error()));
        for (const auto& job : *jobs)
            totals.sent_bytes += job.bytes;
        totals.packs += jobs->size();
        // The server adds a guess for one way of starting the image to that for another one.
        totals.hot_pack = !hot.empty() && (!missing->has_hot_pack || (missing->hot_guessed && guessed));
        if (missing->located && !totals.hot_pack)
            return totals;
        nlohmann::json body{{"hot", totals.hot_pack ? hot : nlohmann::json::array()}};
        if (totals.hot_pack && guessed) // else a server that does not know it would refuse
            body["guessed"] = true;
        const auto path = path_of("images", digest.hex());
        auto located = ask_again([&] { return server_.change("POST", path, body, "", stop_); }, stop_);
        if (located)
            return totals;
        // 404: it was cleaned up meanwhile, as nothing has located it yet. The next round sends what is gone.
        const auto& why = located.error().reason;
        if ((why != "http-409" && why != "http-404") || round == rounds)
            return std::unexpected(std::move(located.error()));
    }
}

Result<bool> SiteUpload::file(const Digest& digest)
{
    const auto there = ask_again([&] { return server_.has_file(digest, stop_); }, stop_);
    if (!there)
        return std::unexpected(there.error());
    if (*there)
        return false;
    if (auto done = put(path_of("files", digest.hex()), {from_.file(digest).string(), {}}); !done)
        return std::unexpected(std::move(done.error()));
    return true;
}

Result<void> upload_needs(ServerClient& server, const std::filesystem::path& folder, const std::string& payload,
                          const std::stop_token& stop)
{
    RecordNeeds needs;
    if (auto known = add_needs(payload, "", needs); !known)
        return known;
    std::uint64_t sent_bytes = 0;
    if (!needs.files.empty()) {
        const auto store = Store::open(folder);
        if (!store)
            return std::unexpected(store.error());
        SiteUpload site(server, *store, "", stop);
        for (const auto& [digest, record] : needs.files) {
            const auto sent = site.file(digest);
            if (!sent)
                return std::unexpected(sent.error());
            std::error_code error;
            if (*sent)
                sent_bytes += std::filesystem::file_size(store->file(digest), error);
        }
    }
    if (const auto image = image_of(payload)) {
        const auto store = Store::open(part_of_store(folder, image->audience));
        if (!store)
            return std::unexpected(store.error());
        const auto sent = SiteUpload(server, *store, image->audience, stop).image(image->manifest);
        if (!sent)
            return std::unexpected(sent.error());
        sent_bytes += sent->sent_bytes;
    }
    if (sent_bytes > 0)
        note(fmt::format("{} sent to {}.", bytes_text(sent_bytes), server.url()));
    return {};
}

} // namespace farboot::rootfs
