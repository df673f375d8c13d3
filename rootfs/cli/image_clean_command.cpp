#include "rootfs/cli/image_command.hpp"

#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/progress.hpp"
#include "rootfs/cli/server_client.hpp"
#include "rootfs/image/store_cleaner.hpp"
#include "rootfs/image/store_images.hpp"
#include "rootfs/record/envelope.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <ctime>

namespace farboot::rootfs
{

namespace
{

struct RemoveOptions {
    std::string store;
    std::vector<std::string> digests;
    std::string records;
    ServerOptions server;
    bool force = false;
    bool now = false; ///< no PC may read it any more
};

struct CleanCommand {
    std::string store;
    std::string records;
    ServerOptions server;
    CleanOptions clean;
    bool json = false;
};

/// Adds what a server's versions need that are published or drafts.
Result<void> add_server_needs(const ServerOptions& options, RecordNeeds& needs, const std::stop_token& stop)
{
    auto server = ServerClient::create(options);
    if (!server)
        return std::unexpected(server.error());
    const auto answer = server->get("/api/v1/records", stop);
    if (!answer)
        return std::unexpected(answer.error());
    for (const auto& record : answer->value("records", nlohmann::json::array())) {
        const auto state = record.value("state", "");
        if (record.value("type", "") == "policy" || (state != "published" && state != "draft"))
            continue;
        const auto name = fmt::format("{}/{}/{}", record.value("type", ""), record.value("series", ""),
                                      record.value("number", std::uint64_t{0}));
        const auto json = server->get("/api/v1/records/" + name, stop);
        if (!json)
            return std::unexpected(json.error());
        const auto envelope = Envelope::parse(json->dump());
        const auto added = envelope ? add_needs(envelope->payload, name, needs) : std::unexpected(envelope.error());
        if (!added)
            return fail("record-unreadable", "It is not known what {} of {} needs: {}", name, server->url(),
                        added.error().sentence);
    }
    return {};
}

/// What records need, of a folder and of a server; nothing where neither is named.
Result<std::optional<RecordNeeds>> find_record_needs(const std::string& folder, const ServerOptions& server,
                                                     const std::stop_token& stop)
{
    std::optional<RecordNeeds> needs;
    if (!folder.empty()) {
        auto read = read_record_needs(folder);
        if (!read)
            return std::unexpected(read.error());
        needs = std::move(*read);
    }
    if (!server.url.empty()) {
        if (!needs)
            needs.emplace();
        if (auto added = add_server_needs(server, *needs, stop); !added)
            return std::unexpected(added.error());
    }
    return needs;
}

void add_needs_server(CLI::App& command, ServerOptions& options, const char* description)
{
    command.add_option("--server", options.url, description)->type_name("URL");
    add_credentials(command, options);
}

std::int64_t seconds_now()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
}

Result<void> remove_images(const RemoveOptions& options)
{
    const auto digests = parse_digests(options.digests);
    if (!digests)
        return std::unexpected(digests.error());
    auto writer = StoreWriter::open_existing(options.store);
    if (!writer)
        return std::unexpected(writer.error());
    const StopOnSignal stop;
    const auto needs = find_record_needs(options.records, options.server, stop.token());
    if (!needs)
        return std::unexpected(needs.error());
    for (const auto& digest : *digests)
        if (const auto& known = *needs; known && !options.force)
            if (const auto named = known->images.find(digest); named != known->images.end())
                return fail("image-needed",
                            "The image {} stays: {} names it, and PCs that boot that record would not find it. Remove "
                            "or retire the record first, or use --force.",
                            digest.hex(), named->second);
    for (const auto& digest : *digests) {
        const auto removed = options.now ? delete_image(*writer, digest) : retire_image(*writer, digest, seconds_now());
        if (!removed)
            return std::unexpected(removed.error());
        say(fmt::format("{}  {}", digest.hex(), *removed ? "removed" : "was not there"));
    }
    note(fmt::format("To free what only they needed: farboot image clean --store {}", options.store));
    return {};
}

std::string date_text(std::int64_t seconds)
{
    const std::time_t time = seconds;
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                       utc.tm_hour, utc.tm_min);
}

nlohmann::json to_json(const std::vector<CleanReport::File>& files)
{
    auto list = nlohmann::json::array();
    for (const auto& file : files)
        list.push_back({{"path", file.path}, {"bytes", file.bytes}, {"until", file.until}});
    return list;
}

std::uint64_t bytes_of(const std::vector<CleanReport::File>& files)
{
    std::uint64_t bytes = 0;
    for (const auto& file : files)
        bytes += file.bytes;
    return bytes;
}

void report(const CleanCommand& options, const CleanReport& done)
{
    for (const auto& damaged : done.damaged)
        note(fmt::format("Left alone: {}", damaged.sentence));
    if (options.json)
        return say_json({{"dry_run", options.clean.dry_run},
                         {"rewritten_packs", done.rewritten_packs},
                         {"moved_bytes", done.moved_bytes},
                         {"new_packs", done.new_packs},
                         {"rewritten_locators", done.rewritten_locators},
                         {"used_again", done.used_again},
                         {"freed_bytes", bytes_of(done.deleted)},
                         {"deleted", to_json(done.deleted)},
                         {"waiting_bytes", bytes_of(done.waiting)},
                         {"waiting", to_json(done.waiting)}});
    const bool dry = options.clean.dry_run;
    if (done.rewritten_packs > 0)
        say(dry ? fmt::format("{} packs would be rewritten: {} of them are needed.", done.rewritten_packs,
                              bytes_text(done.moved_bytes))
                : fmt::format("{} packs were rewritten: {} moved into {} new ones, {} locators led there.",
                              done.rewritten_packs, bytes_text(done.moved_bytes), done.new_packs,
                              done.rewritten_locators));
    for (const auto& file : done.used_again)
        say(fmt::format("{}  is needed again", file));
    for (const auto& file : done.waiting)
        say(fmt::format("{}  {} until {}", file.path, bytes_text(file.bytes), date_text(file.until)));
    for (const auto& file : done.deleted)
        say(fmt::format("{}  {} {}", file.path, bytes_text(file.bytes), dry ? "would be deleted" : "deleted"));
    say(fmt::format("{} {}, {} in {} files wait.", bytes_text(bytes_of(done.deleted)), dry ? "would be freed" : "freed",
                    bytes_text(bytes_of(done.waiting)), done.waiting.size()));
}

Result<void> clean(const CleanCommand& options)
{
    const StopOnSignal stop;
    auto writer = StoreWriter::open_existing(options.store);
    if (!writer)
        return std::unexpected(writer.error());
    auto clean = options.clean;
    auto needs = find_record_needs(options.records, options.server, stop.token());
    if (!needs)
        return std::unexpected(needs.error());
    clean.records = std::move(*needs);
    clean.now = seconds_now();
    Progress checking("Checking packs");
    Progress moving("Moving chunks");
    clean.checking = [&](std::uint64_t done, std::uint64_t total) { checking.update(done, total); };
    clean.moving = [&](std::uint64_t done, std::uint64_t total) { moving.update(done, total); };
    const auto done = clean_store(*writer, clean, stop.token());
    if (!done)
        return std::unexpected(done.error());
    report(options, *done);
    return {};
}

} // namespace

void add_clean_commands(CLI::App& group, Action& chosen)
{
    const auto [remove, remove_options] =
        add_command(group, chosen, "remove", "Remove images; what only they needed goes with \"clean\"", remove_images);
    remove->add_option("digest", remove_options->digests, "The images")->required();
    add_store_option(*remove, remove_options->store);
    remove->add_option("--records", remove_options->records, "Refuse if a record (*.dsse) in this folder names one")
        ->type_name("DIR");
    add_needs_server(*remove, remove_options->server,
                     "Refuse if a version that this server offers, or has as a draft, names one");
    remove->add_flag("--force", remove_options->force, "Remove them even so");
    remove->add_flag("--now", remove_options->now,
                     "Delete them at once: PCs that run them can read nothing any more that they have not read before");
    remove->footer("PCs that run from them read on for the --keep-days of \"clean\", which then deletes them.\n\n"
                   "Example:\n"
                   "  farboot image remove 3b1f… --store /srv/farboot/store --records /srv/farboot/records");

    const auto [clean_command, clean_options] =
        add_command(group, chosen, "clean", "Free what no image of a store needs any more", clean);
    add_store_option(*clean_command, clean_options->store);
    clean_command
        ->add_option("--keep-days", clean_options->clean.keep_days,
                     "How long what is replaced or removed stays for PCs that read old locators")
        ->check(CLI::Range(0, 3650))
        ->capture_default_str();
    clean_command
        ->add_option("--live-percent", clean_options->clean.live_percent,
                     "Rewrite packs of which less than this is needed; 0: none")
        ->check(CLI::Range(0, 100))
        ->capture_default_str();
    clean_command
        ->add_option("--records", clean_options->records,
                     "Also free kernels and initramfs files that no record (*.dsse) in this folder names")
        ->type_name("DIR");
    add_needs_server(*clean_command, clean_options->server,
                     "The same, by the versions that this server has published or as drafts; with --records, by both");
    clean_command->add_flag("--dry-run", clean_options->clean.dry_run, "Only say what would be done");
    clean_command->add_flag("--json", clean_options->json, "Print JSON");
    clean_command->footer("A killed or stopped run leaves every image whole; the next one completes it.\n\nExample:\n"
                          "  farboot image clean --store /srv/farboot/store --keep-days 14");
}

} // namespace farboot::rootfs
