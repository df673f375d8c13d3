#include "rootfs/cli/profile_command.hpp"
#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/image_command.hpp"
#include "rootfs/image/file.hpp"
#include "rootfs/image/predecessor.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace farboot::rootfs
{

namespace
{

struct ProfileOptions {
    std::string store;
    std::vector<std::string> traces;
    std::string image;
    std::string predecessor;
    std::string trace; ///< file to write, or empty
    double share = 0.5;
    double until = 0;
    std::uint64_t limit_mib = default_hot_pack_bytes >> 20;
    bool json = false;
};

Result<std::map<Digest, std::vector<Trace>>> load_traces(const std::vector<std::string>& files)
{
    std::map<Digest, std::vector<Trace>> images;
    for (const auto& path : files) {
        const auto text = read_file(path, Trace::most_text_bytes);
        if (!text)
            return std::unexpected(text.error());
        auto trace = Trace::parse(*text);
        if (!trace)
            return fail(trace.error().reason, "{}: {}", path, trace.error().sentence);
        images[trace->manifest].push_back(std::move(*trace));
    }
    return images;
}

/// Opens an image whose size is what a trace says.
Result<LocalImage> open_traced(const Store& store, const Digest& manifest, const std::vector<Trace>& traces)
{
    auto image = LocalImage::open(store, manifest);
    if (!image)
        return image;
    for (const auto& trace : traces)
        if (trace.image_bytes != image->manifest().image_bytes())
            return fail("trace-malformed", "A trace of {} says that it has {} bytes, but it has {}.", manifest.hex(),
                        trace.image_bytes, image->manifest().image_bytes());
    return image;
}

Result<void> make_profiles(const ProfileOptions& options)
{
    const auto images = load_traces(options.traces);
    if (!images)
        return std::unexpected(images.error());
    auto writer = StoreWriter::open_existing(options.store);
    if (!writer)
        return std::unexpected(writer.error());
    MergeOptions merge{.share = options.share, .until = std::nullopt};
    if (options.until > 0)
        merge.until = std::chrono::microseconds(static_cast<std::int64_t>(options.until * 1e6));
    auto list = nlohmann::json::array();
    for (const auto& [manifest, traces] : *images) {
        const auto image = open_traced(writer->store(), manifest, traces);
        if (!image)
            return std::unexpected(image.error());
        const auto chunks = ChunkList::load(*image);
        if (!chunks)
            return std::unexpected(chunks.error());
        const auto guessed = std::ranges::all_of(traces, &Trace::guessed);
        const auto pack =
            put_profile(*writer, *image, merge_traces(traces, *chunks, merge), options.limit_mib, guessed);
        if (!pack)
            return std::unexpected(pack.error());
        list.push_back(json_of(manifest, *pack));
        list.back()["traces"] = traces.size();
        if (!options.json)
            say(fmt::format("{}  {} chunks, {}, from {} traces", manifest.hex(), pack->list.rows.size(),
                            bytes_text(pack->list.pack.bytes), traces.size()));
    }
    if (options.json)
        say_json(list);
    return {};
}

Result<void> inherit(const ProfileOptions& options)
{
    const auto predecessor = parse_digest(options.predecessor);
    const auto successor = parse_digest(options.image);
    if (!predecessor || !successor)
        return std::unexpected(predecessor ? successor.error() : predecessor.error());
    if (*predecessor == *successor)
        return fail("usage", "An image cannot inherit from itself: name the version before, then the new one.");
    auto writer = StoreWriter::open_existing(options.store);
    if (!writer)
        return std::unexpected(writer.error());
    const auto old_image = LocalImage::open(writer->store(), *predecessor);
    if (!old_image)
        return std::unexpected(old_image.error());
    if (old_image->locator().hot().rows.empty())
        return fail("not-found", "The image {} has no profile: make one from traces first (farboot profile make).",
                    options.predecessor);
    const auto image = LocalImage::open(writer->store(), *successor);
    if (!image)
        return std::unexpected(image.error());
    const auto inherited = inherit_profile(*old_image, *image);
    if (!inherited)
        return std::unexpected(inherited.error());
    const auto pack =
        put_profile(*writer, *image, inherited->profile, options.limit_mib, old_image->locator().hot().guessed);
    if (!pack)
        return std::unexpected(pack.error());
    if (options.json) {
        auto json = json_of(*successor, *pack);
        json["predecessor"] = predecessor->hex();
        json["same"] = inherited->same;
        json["moved"] = inherited->moved;
        say_json(json);
    } else {
        say(fmt::format("{}  {} chunks unchanged, {} in the place of changed ones, {}", successor->hex(),
                        inherited->same, inherited->moved, bytes_text(pack->list.pack.bytes)));
    }
    return {};
}

/// As if a PC had read it all at once, in the profile's order.
Result<Trace> trace_of(const LocalImage& image)
{
    const auto chunks = ChunkList::load(image);
    if (!chunks)
        return std::unexpected(chunks.error());
    Trace trace{image.manifest().ref().manifest, image.manifest().image_bytes(), {}, {}, {}};
    for (const auto& row : image.locator().hot().rows)
        if (const auto number = chunks->find(row.digest))
            trace.reads.push_back({{}, {chunks->chunks()[*number].offset, row.plain_length}});
    return trace;
}

Result<void> show(const ProfileOptions& options)
{
    const auto store = Store::open(options.store);
    if (!store)
        return std::unexpected(store.error());
    const auto digest = parse_digest(options.image);
    if (!digest)
        return std::unexpected(digest.error());
    const auto image = LocalImage::open(*store, *digest);
    if (!image)
        return std::unexpected(image.error());
    const HotPack pack{image->locator().hot(), {}, 0};
    if (!options.trace.empty()) {
        const auto trace = trace_of(*image);
        if (!trace)
            return std::unexpected(trace.error());
        if (auto done = write_file(options.trace, as_bytes(trace->to_text())); !done)
            return done;
    }
    if (options.json)
        say_json(json_of(*digest, pack));
    else if (pack.list.rows.empty())
        say("no profile");
    else
        say(fmt::format("{} chunks, {} in {}", pack.list.rows.size(), bytes_text(pack.list.pack.bytes),
                        hot_pack_path(pack.list.pack.digest)));
    return {};
}

Result<void> drop(const ProfileOptions& options)
{
    const auto digest = parse_digest(options.image);
    if (!digest)
        return std::unexpected(digest.error());
    auto writer = StoreWriter::open_existing(options.store);
    if (!writer)
        return std::unexpected(writer.error());
    const auto image = LocalImage::open(writer->store(), *digest);
    if (!image)
        return std::unexpected(image.error());
    return set_hot_pack(*writer, *image, {});
}

void add_common_options(CLI::App& command, ProfileOptions& options)
{
    command.add_option("--store", options.store, "The store's folder")->type_name("DIR")->required();
    command.add_flag("--json", options.json, "Print JSON");
}

} // namespace

void add_profile_commands(CLI::App& app, Action& chosen)
{
    auto* group = app.add_subcommand("profile", "Say in which order an image's chunks are wanted: boots get faster");
    group->require_subcommand(1);
    group->footer("Traces come from PCs (farboot profile fetch), or from their readers: farboot-reader --socket "
                  "/run/initramfs/run/control.sock trace > boot.csv");

    const auto [make, make_options] =
        add_command(*group, chosen, "make", "Make the profiles of images from traces of their boots", make_profiles);
    make->add_option("trace", make_options->traces, "Traces, of one image or several")->type_name("FILE")->required();
    add_common_options(*make, *make_options);
    make->add_option("--share", make_options->share,
                     "A chunk counts if it is in this share of the traces of one hardware and session")
        ->check(CLI::Range(0.01, 1.0))
        ->capture_default_str();
    make->add_option("--until", make_options->until,
                     "Ignore what was read later, in seconds of the PC's own time; 0: ignore nothing")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    add_limit_option(*make, make_options->limit_mib);
    make->footer("Example:\n  farboot profile make boot-*.csv --store /srv/farboot/store");

    add_fetch_command(*group, chosen);
    add_learn_command(*group, chosen);
    add_guess_command(*group, chosen);

    const auto [heir, heir_options] =
        add_command(*group, chosen, "inherit", "Give an image the profile of its predecessor", inherit);
    heir->add_option("predecessor", heir_options->predecessor, "The image that has a profile")->required();
    heir->add_option("digest", heir_options->image, "The image that gets one")->required();
    add_common_options(*heir, *heir_options);
    add_limit_option(*heir, heir_options->limit_mib);
    heir->footer("Publishing does this by itself. Example:\n"
                 "  farboot profile inherit 3b1f… 9c04… --store /srv/farboot/store");

    const auto [shown, shown_options] = add_command(*group, chosen, "show", "Show an image's profile", show);
    shown->add_option("digest", shown_options->image, "The image")->required();
    add_common_options(*shown, *shown_options);
    shown->add_option("--trace", shown_options->trace, "Write its order to this file, as a trace that makes it again")
        ->type_name("FILE");

    const auto [dropped, dropped_options] = add_command(*group, chosen, "drop", "Take an image's profile away", drop);
    dropped->add_option("digest", dropped_options->image, "The image")->required();
    add_common_options(*dropped, *dropped_options);
}

} // namespace farboot::rootfs
