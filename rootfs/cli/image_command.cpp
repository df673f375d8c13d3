#include "rootfs/cli/image_command.hpp"

#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/progress.hpp"
#include "rootfs/image/pack_index.hpp"
#include "rootfs/image/parallel.hpp"
#include "rootfs/image/store_images.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

void add_store_option(CLI::App& command, std::string& store)
{
    command.add_option("--store", store, "The store's folder")->type_name("DIR")->required();
}

Result<Digest> parse_digest(const std::string& text)
{
    const auto digest = Digest::from_hex(text);
    if (!digest)
        return fail("usage", "{} is no digest: an image is named by 64 lower-case hexadecimal digits.", text);
    return *digest;
}

Result<std::vector<Digest>> parse_digests(const std::vector<std::string>& texts)
{
    std::vector<Digest> digests;
    for (const auto& text : texts) {
        const auto digest = parse_digest(text);
        if (!digest)
            return std::unexpected(digest.error());
        digests.push_back(*digest);
    }
    return digests;
}

Result<LocalImage> open_image(const std::string& folder, const std::string& text)
{
    const auto store = Store::open(folder);
    if (!store)
        return std::unexpected(store.error());
    const auto digest = parse_digest(text);
    if (!digest)
        return std::unexpected(digest.error());
    return LocalImage::open(*store, *digest);
}

namespace
{

struct ImageOptions {
    std::string store;
    std::string digest;
    bool json = false;
};

Result<void> list_images(const ImageOptions& options)
{
    const auto store = Store::open(options.store);
    if (!store)
        return std::unexpected(store.error());
    const auto images = images_of(*store);
    if (!images)
        return std::unexpected(images.error());
    auto list = nlohmann::json::array();
    std::size_t bad = 0;
    for (const auto& digest : *images) {
        const auto ref = store->image(digest);
        if (!ref) {
            note(ref.error().sentence);
            ++bad;
            continue;
        }
        list.push_back({{"manifest", digest.hex()}, {"root_bytes", ref->root_bytes}, {"bytes", ref->bytes}});
        if (!options.json)
            say(fmt::format("{}  {}", digest.hex(), bytes_text(ref->bytes)));
    }
    if (options.json)
        say_json(list);
    if (bad > 0)
        return fail("image-damaged", "{} manifests of the store cannot be used. Publish their images again.", bad);
    return {};
}

Result<void> show_image(const ImageOptions& options)
{
    const auto image = open_image(options.store, options.digest);
    if (!image)
        return std::unexpected(image.error());
    const auto sizes = image->sizes();
    if (!sizes)
        return std::unexpected(sizes.error());
    const auto& ref = image->manifest().ref();
    const auto& hot = image->locator().hot();
    if (options.json) {
        auto packs = nlohmann::json::array();
        for (const auto& pack : sizes->packs)
            packs.push_back({{"digest", pack.digest.hex()}, {"bytes", pack.bytes}});
        say_json({{"manifest", ref.manifest.hex()},
                  {"root_bytes", ref.root_bytes},
                  {"bytes", ref.bytes},
                  {"pages", image->manifest().page_count()},
                  {"chunks", sizes->chunks},
                  {"zero_bytes", sizes->zero_bytes},
                  {"unique_bytes", sizes->unique_bytes},
                  {"stored_bytes", sizes->stored_bytes},
                  {"packs", packs},
                  {"hot_chunks", hot.rows.size()},
                  {"hot_bytes", hot.pack.bytes}});
        return {};
    }
    say(fmt::format("image         {} ({} bytes)", bytes_text(ref.bytes), ref.bytes));
    say(fmt::format("zeros         {}", bytes_text(sizes->zero_bytes)));
    say(fmt::format("chunks        {} in {} pages", sizes->chunks, image->manifest().page_count()));
    say(fmt::format("unique        {}", bytes_text(sizes->unique_bytes)));
    say(fmt::format("stored        {} in {} packs", bytes_text(sizes->stored_bytes), sizes->packs.size()));
    if (!hot.rows.empty())
        say(fmt::format("hot           {} in {} chunks", bytes_text(hot.pack.bytes), hot.rows.size()));
    return {};
}

Result<void> verify_one(const Store& store, const Digest& digest, const std::stop_token& stop)
{
    const auto image = LocalImage::open(store, digest);
    if (!image)
        return std::unexpected(image.error());
    if (const auto& hot = image->locator().hot(); !hot.rows.empty()) {
        const auto file = store.hot_pack(hot.pack.digest);
        const auto found = digest_of_file(file);
        if (!found)
            return std::unexpected(found.error());
        if (*found != hot.pack.digest)
            return fail("digest-mismatch", "The hot pack {} was altered: its digest is {}.", file.string(),
                        found->hex());
    }
    Progress progress("Checking " + digest.hex().substr(0, 12));
    const auto visit = [&](const ChunkRef& chunk, Bytes) -> Result<void> {
        progress.update(chunk.end(), image->manifest().image_bytes());
        return {};
    };
    return image->read(visit, worker_count(), stop);
}

Result<void> verify_images(const ImageOptions& options)
{
    const StopOnSignal stop;
    const auto store = Store::open(options.store);
    if (!store)
        return std::unexpected(store.error());
    const auto digests = options.digest.empty() ? images_of(*store) : parse_digests({options.digest});
    if (!digests)
        return std::unexpected(digests.error());
    std::size_t bad = 0;
    auto list = nlohmann::json::array();
    for (const auto& digest : *digests) {
        const auto verified = verify_one(*store, digest, stop.token());
        if (!verified && verified.error().reason == "cancelled")
            return verified;
        list.push_back({{"manifest", digest.hex()}, {"good", verified.has_value()}});
        if (!verified) {
            ++bad;
            list.back()["reason"] = verified.error().reason;
            list.back()["sentence"] = verified.error().sentence;
        }
        if (!options.json)
            say(fmt::format("{}  {}", digest.hex(), verified ? "good" : verified.error().sentence));
    }
    if (options.json)
        say_json(list);
    if (bad > 0)
        return fail("image-damaged",
                    "{} of {} images cannot be read whole. To repair one, remove the pack that is named and publish "
                    "the image again.",
                    bad, digests->size());
    return {};
}

} // namespace

void add_image_commands(CLI::App& app, Action& chosen)
{
    auto* group = app.add_subcommand("image", "List, check, compare, copy, remove and convert the images of a store");
    group->require_subcommand(1);
    const auto [list, list_options] = add_command(*group, chosen, "list", "List a store's images", list_images);
    add_store_option(*list, list_options->store);
    list->add_flag("--json", list_options->json, "Print JSON");

    const auto [show, show_options] = add_command(*group, chosen, "show", "Show what an image takes", show_image);
    show->add_option("digest", show_options->digest, "The image")->required();
    add_store_option(*show, show_options->store);
    show->add_flag("--json", show_options->json, "Print JSON");

    const auto [verify, verify_options] =
        add_command(*group, chosen, "verify", "Read images whole and check every chunk", verify_images);
    verify->add_option("digest", verify_options->digest, "The image; without it, all");
    add_store_option(*verify, verify_options->store);
    verify->add_flag("--json", verify_options->json, "Print JSON");
    verify->footer("Example:\n  farboot image verify --store /srv/farboot/store");

    add_diff_command(*group, chosen);
    add_export_command(*group, chosen);
    add_import_command(*group, chosen);
    add_copy_command(*group, chosen);
    add_clean_commands(*group, chosen);
}

} // namespace farboot::rootfs
