#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/bucket_store.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/image_command.hpp"
#include "rootfs/cli/progress.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

namespace farboot::rootfs
{

namespace
{

struct BucketOptions {
    std::string bucket;
    S3Options s3;
    std::string ca_file;
    std::string audience;
    std::vector<std::string> digests;
    std::uint64_t keep_days = 14;
    bool now = false;
    bool dry_run = false;
    bool json = false;
};

/// A folder that goes with the command.
struct Scratch {
    std::filesystem::path path;
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch()
    {
        std::error_code error;
        if (!path.empty())
            std::filesystem::remove_all(path, error);
    }
};

/// Opens the bucket and does something with it.
Result<void> with_bucket(const BucketOptions& options,
                         const std::function<Result<void>(BucketStore&, const std::stop_token&)>& work)
{
    const StopOnSignal stop;
    const auto client = S3Client::create(options.bucket, options.s3, options.ca_file);
    if (!client)
        return std::unexpected(client.error());
    Scratch scratch;
    auto name = (std::filesystem::temp_directory_path() / "farboot-bucket-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
        return fail("io", "Cannot make a folder in {}.", std::filesystem::temp_directory_path().string());
    scratch.path = name;
    BucketStore store(*client, scratch.path, options.audience, stop.token());
    return work(store, stop.token());
}

Result<void> list_bucket(const BucketOptions& options)
{
    return with_bucket(options, [&](BucketStore& store, const std::stop_token&) -> Result<void> {
        const auto images = store.images();
        if (!images)
            return std::unexpected(images.error());
        auto list = nlohmann::json::array();
        for (const auto& image : *images) {
            list.push_back({{"manifest", image.manifest.hex()}, {"bytes", image.bytes}});
            if (!options.json)
                say(fmt::format("{}  {}", image.manifest.hex(), bytes_text(image.bytes)));
        }
        if (options.json)
            say_json(list);
        return {};
    });
}

Result<void> verify_bucket(const BucketOptions& options)
{
    auto digests = parse_digests(options.digests);
    if (!digests)
        return std::unexpected(digests.error());
    return with_bucket(options, [&](BucketStore& store, const std::stop_token&) -> Result<void> {
        if (digests->empty()) {
            const auto images = store.images();
            if (!images)
                return std::unexpected(images.error());
            for (const auto& image : *images)
                digests->push_back(image.manifest);
        }
        std::size_t bad = 0;
        for (const auto& digest : *digests) {
            Progress progress("Checking " + digest.hex().substr(0, 12));
            const auto good =
                store.verify(digest, [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); });
            if (!good && good.error().reason == "cancelled")
                return good;
            bad += good ? 0 : 1;
            say(fmt::format("{}  {}", digest.hex(), good ? "good" : good.error().sentence));
        }
        if (bad > 0)
            return fail("image-damaged",
                        "{} of {} images cannot be read whole there. To repair one, delete the file that is named and "
                        "copy the image again.",
                        bad, digests->size());
        return {};
    });
}

std::int64_t seconds_now()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
}

Result<void> remove_from_bucket(const BucketOptions& options)
{
    const auto digests = parse_digests(options.digests);
    if (!digests)
        return std::unexpected(digests.error());
    return with_bucket(options, [&](BucketStore& store, const std::stop_token&) -> Result<void> {
        for (const auto& digest : *digests) {
            const auto removed = options.now ? store.remove(digest) : store.retire(digest, seconds_now());
            if (!removed)
                return std::unexpected(removed.error());
            say(fmt::format("{}  {}", digest.hex(), *removed ? "removed" : "was not there"));
        }
        note(fmt::format("To free what only they needed: farboot bucket clean {}", options.bucket));
        return {};
    });
}

nlohmann::json to_json(const std::vector<BucketStore::Cleaned::File>& files)
{
    auto list = nlohmann::json::array();
    for (const auto& file : files)
        list.push_back({{"path", file.path}, {"bytes", file.bytes}, {"until", file.until}});
    return list;
}

Result<void> clean_bucket(const BucketOptions& options)
{
    return with_bucket(options, [&](BucketStore& store, const std::stop_token&) -> Result<void> {
        const auto cleaned =
            store.clean(static_cast<std::int64_t>(options.keep_days) * 24 * 3600, seconds_now(), options.dry_run);
        if (!cleaned)
            return std::unexpected(cleaned.error());
        if (options.json) {
            say_json({{"dry_run", options.dry_run},
                      {"deleted", to_json(cleaned->deleted)},
                      {"waiting", to_json(cleaned->waiting)}});
            return {};
        }
        std::uint64_t freed = 0;
        std::uint64_t waiting = 0;
        for (const auto& file : cleaned->waiting) {
            say(fmt::format("{}  {} waits", file.path, bytes_text(file.bytes)));
            waiting += file.bytes;
        }
        for (const auto& file : cleaned->deleted) {
            say(fmt::format("{}  {} {}", file.path, bytes_text(file.bytes),
                            options.dry_run ? "would be deleted" : "deleted"));
            freed += file.bytes;
        }
        say(fmt::format("{} {}, {} in {} files wait.", bytes_text(freed), options.dry_run ? "would be freed" : "freed",
                        bytes_text(waiting), cleaned->waiting.size()));
        return {};
    });
}

void add_bucket_options(CLI::App& command, BucketOptions& options)
{
    command.add_option("bucket", options.bucket, "The store: s3://BUCKET/PREFIX")->type_name("URL")->required();
    add_s3_options(command, options.s3);
    command
        .add_option("--ca", options.ca_file,
                    "Whom to believe that it is the S3 service; without it, the system's authorities")
        ->type_name("FILE");
    command.add_option("--audience", options.audience, "The part of this audience")->type_name("NAME");
}

} // namespace

void add_bucket_commands(CLI::App& app, Action& chosen)
{
    auto* group = app.add_subcommand("bucket", "Look after a store in an S3 bucket; \"image copy\" writes into it");
    group->require_subcommand(1);
    const auto [list, list_options] = add_command(*group, chosen, "list", "List its images", list_bucket);
    add_bucket_options(*list, *list_options);
    list->add_flag("--json", list_options->json, "Print JSON");

    const auto [verify, verify_options] =
        add_command(*group, chosen, "verify", "Fetch images whole and check every chunk", verify_bucket);
    add_bucket_options(*verify, *verify_options);
    verify->add_option("digest", verify_options->digests, "The images; without one, all");
    verify->footer("Example:\n  farboot bucket verify s3://images/farboot --s3-endpoint https://s3.example.org "
                   "--s3-key-file key");

    const auto [remove, remove_options] =
        add_command(*group, chosen, "remove", "Remove images; \"clean\" deletes what they had", remove_from_bucket);
    add_bucket_options(*remove, *remove_options);
    remove->add_option("digest", remove_options->digests, "The images")->required();
    remove->add_flag("--now", remove_options->now,
                     "Delete them at once: PCs that run them can read nothing any more that they have not read before");
    remove->footer("PCs that run from them read on for the --keep-days of \"clean\", which then deletes them.");

    const auto [clean, clean_options] =
        add_command(*group, chosen, "clean", "Delete what no image there has needed for some days", clean_bucket);
    add_bucket_options(*clean, *clean_options);
    clean
        ->add_option("--keep-days", clean_options->keep_days,
                     "How long what is replaced or removed stays for PCs that read old locators")
        ->check(CLI::Range(0, 3650))
        ->capture_default_str();
    clean->add_flag("--dry-run", clean_options->dry_run, "Only say what would be done");
    clean->add_flag("--json", clean_options->json, "Print JSON");
    clean->footer("Nothing locks a bucket: copy nothing into it meanwhile.\n\nExample:\n"
                  "  farboot bucket clean s3://images/farboot --s3-endpoint https://s3.example.org --s3-key-file key");
}

} // namespace farboot::rootfs
