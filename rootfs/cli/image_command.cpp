#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/progress.hpp"
#include "rootfs/cli/stop_on_signal.hpp"
#include "rootfs/image/local_image.hpp"
#include "rootfs/image/parallel.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

struct ImageOptions {
    std::string store;
    std::string digest;
    std::string out;
    bool json = false;
};

Result<Digest> parse_digest(const std::string& text)
{
    const auto digest = Digest::from_hex(text);
    if (!digest)
        return fail("usage", "{} is no digest: an image is named by 64 lower-case hexadecimal digits.", text);
    return *digest;
}

Result<LocalImage> open_image(const ImageOptions& options)
{
    const auto store = Store::open(options.store);
    if (!store)
        return std::unexpected(store.error());
    const auto digest = parse_digest(options.digest);
    if (!digest)
        return std::unexpected(digest.error());
    return LocalImage::open(*store, *digest);
}

Result<void> list_images(const ImageOptions& options)
{
    const auto store = Store::open(options.store);
    if (!store)
        return std::unexpected(store.error());
    auto list = nlohmann::json::array();
    std::size_t bad = 0;
    for (const auto& digest : store->manifests()) {
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
    const auto image = open_image(options);
    if (!image)
        return std::unexpected(image.error());
    const auto sizes = image->sizes();
    if (!sizes)
        return std::unexpected(sizes.error());
    const auto& ref = image->manifest().ref();
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
                  {"packs", packs}});
        return {};
    }
    say(fmt::format("image         {} ({} bytes)", bytes_text(ref.bytes), ref.bytes));
    say(fmt::format("zeros         {}", bytes_text(sizes->zero_bytes)));
    say(fmt::format("chunks        {} in {} pages", sizes->chunks, image->manifest().page_count()));
    say(fmt::format("unique        {}", bytes_text(sizes->unique_bytes)));
    say(fmt::format("stored        {} in {} packs", bytes_text(sizes->stored_bytes), sizes->packs.size()));
    return {};
}

Result<void> verify_one(const Store& store, const Digest& digest, const std::stop_token& stop)
{
    const auto image = LocalImage::open(store, digest);
    if (!image)
        return std::unexpected(image.error());
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
    auto digests = store->manifests();
    if (!options.digest.empty()) {
        const auto digest = parse_digest(options.digest);
        if (!digest)
            return std::unexpected(digest.error());
        digests = {*digest};
    }
    std::size_t bad = 0;
    auto list = nlohmann::json::array();
    for (const auto& digest : digests) {
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
                    bad, digests.size());
    return {};
}

Result<void> export_image(const ImageOptions& options)
{
    const StopOnSignal stop;
    const auto image = open_image(options);
    if (!image)
        return std::unexpected(image.error());
    const std::filesystem::path out(options.out);
    auto file = AtomicFile::create(out.has_parent_path() ? out.parent_path() : ".");
    if (!file)
        return std::unexpected(file.error());
    if (auto done = file->resize(image->manifest().image_bytes()); !done)
        return done;
    {
        Progress progress("Writing " + options.out);
        const auto visit = [&](const ChunkRef& chunk, Bytes plain) -> Result<void> {
            progress.update(chunk.end(), image->manifest().image_bytes());
            return plain.empty() ? Result<void>() : file->write(chunk.offset, plain);
        };
        if (auto done = image->read(visit, worker_count(), stop.token()); !done)
            return done;
    }
    return file->commit(out);
}

void add_store(CLI::App& command, ImageOptions& options)
{
    command.add_option("--store", options.store, "The store's folder")->type_name("DIR")->required();
}

} // namespace

void add_image_commands(CLI::App& app, Action& chosen)
{
    auto* group = app.add_subcommand("image", "List, show, check and write out the images of a store");
    group->require_subcommand(1);
    const auto [list, list_options] = add_command(*group, chosen, "list", "List a store's images", list_images);
    add_store(*list, *list_options);
    list->add_flag("--json", list_options->json, "Print JSON");

    const auto [show, show_options] = add_command(*group, chosen, "show", "Show what an image takes", show_image);
    show->add_option("digest", show_options->digest, "The image")->required();
    add_store(*show, *show_options);
    show->add_flag("--json", show_options->json, "Print JSON");

    const auto [verify, verify_options] =
        add_command(*group, chosen, "verify", "Read images whole and check every chunk", verify_images);
    verify->add_option("digest", verify_options->digest, "The image; without it, all");
    add_store(*verify, *verify_options);
    verify->add_flag("--json", verify_options->json, "Print JSON");
    verify->footer("Example:\n  farboot image verify --store /srv/farboot/store");

    const auto [write, write_options] =
        add_command(*group, chosen, "export", "Write an image out as a raw file", export_image);
    write->add_option("digest", write_options->digest, "The image")->required();
    add_store(*write, *write_options);
    write->add_option("-o,--out", write_options->out, "The raw file to write; zeros become holes")
        ->type_name("FILE")
        ->required();
    write->footer("Example:\n  farboot image export 3b1f… --store /srv/farboot/store -o disk.raw");
}

} // namespace farboot::rootfs
