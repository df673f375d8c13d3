#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/image_command.hpp"
#include "rootfs/cli/profile_command.hpp"
#include "rootfs/guess/image_guess.hpp"
#include "rootfs/image/file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

struct GuessOptions {
    std::string store;
    std::string file;
    std::string image;
    std::vector<std::string> cmdlines;
    std::string trace; ///< file to write, or empty
    std::uint64_t limit_mib = default_hot_pack_bytes >> 20;
    bool json = false;
};

/// As if a PC had read it all at once.
Result<Trace> trace_of(const std::string& file, const std::vector<FileRange>& ranges, const ManifestRoot& manifest)
{
    Trace trace{manifest.ref().manifest, manifest.image_bytes(), {}, {}, {}, true};
    for (const auto& range : ranges)
        if (range.offset < trace.image_bytes)
            trace.reads.push_back({{}, {range.offset, std::min(range.length, trace.image_bytes - range.offset)}});
    if (trace.reads.empty())
        return fail("no-guess", "{}: nothing of what a start reads of it lies in the image {}, which has {} bytes.",
                    file, trace.manifest.hex(), trace.image_bytes);
    return trace;
}

Result<void> guess(const GuessOptions& options)
{
    const StopOnSignal stop;
    const auto digest = parse_digest(options.image);
    if (!digest)
        return std::unexpected(digest.error());
    auto writer = StoreWriter::open_existing(options.store);
    if (!writer)
        return std::unexpected(writer.error());
    const GuessPlan plan{options.file, {Firmware::unknown, options.cmdlines}, options.limit_mib};
    const auto guessed = guess_profile(*writer, *digest, plan, stop.token());
    if (!guessed)
        return std::unexpected(guessed.error());
    const auto& trace = guessed->trace;
    const auto& pack = guessed->pack;
    for (const auto& sentence : guessed->left_out)
        note(fmt::format("Not guessed: {}", sentence));
    if (!options.trace.empty())
        if (auto done = write_file(options.trace, as_bytes(trace.to_text())); !done)
            return done;
    if (options.json) {
        auto json = json_of(*digest, pack);
        json["ranges"] = trace.reads.size();
        say_json(json);
    } else {
        say(fmt::format("{}  {} chunks, {}, guessed", digest->hex(), pack.list.rows.size(),
                        bytes_text(pack.list.pack.bytes)));
    }
    return {};
}

} // namespace

Result<Learnt> guess_profile(StoreWriter& writer, const Digest& digest, const GuessPlan& plan,
                             const std::stop_token& stop)
{
    const auto image = LocalImage::open(writer.store(), digest);
    if (!image)
        return std::unexpected(image.error());
    auto guess = guess_image(plan.file, plan.hints, stop);
    if (!guess)
        return std::unexpected(std::move(guess.error()));
    auto trace = trace_of(plan.file, guess->ranges, image->manifest());
    if (!trace)
        return std::unexpected(std::move(trace.error()));
    const auto chunks = ChunkList::load(*image);
    if (!chunks)
        return std::unexpected(chunks.error());
    const auto& hot = image->locator().hot();
    const auto before = plan.add && hot.guessed ? profile_of(hot, *chunks) : Profile{};
    const auto profile = join_profiles(before, merge_traces({*trace}, *chunks, {}));
    const auto added = profile.size() - before.size();
    if (added == 0)
        return Learnt{std::move(*trace), {hot, {}, 0}, 0, std::move(guess->left_out)};
    // What there was has its room, even if it was made with a larger limit.
    constexpr std::uint64_t mebibyte = 1 << 20;
    const auto room =
        before.empty() ? plan.limit_mib : std::max(plan.limit_mib, (hot.pack.bytes + mebibyte - 1) / mebibyte);
    auto pack = put_profile(writer, *image, profile, room, true);
    if (!pack)
        return std::unexpected(pack.error());
    return Learnt{std::move(*trace), std::move(*pack), added, std::move(guess->left_out)};
}

void add_guess_command(CLI::App& group, Action& chosen)
{
    const auto [command, options] =
        add_command(group, chosen, "guess", "Make an image's profile from the files in it", guess);
    command->add_option("file", options->file, "The squashfs or the disk (raw, with ext4) that was published")
        ->type_name("FILE")
        ->required();
    command->add_option("digest", options->image, "The image that it is in the store")->required();
    command->add_option("--store", options->store, "The store's folder")->type_name("DIR")->required();
    command
        ->add_option(
            "--cmdline", options->cmdlines,
            "The kernel's command line, which may name what systemd starts (systemd.unit=…, single, 3); may be "
            "given more than once, for an image that several records start")
        ->allow_extra_args(false);
    command->add_option("--trace", options->trace, "Write what was guessed to this file, as a trace")
        ->type_name("FILE");
    add_limit_option(*command, options->limit_mib);
    command->add_flag("--json", options->json, "Print JSON");
    command->footer("Publishing does so by itself. What a PC or a trial boot has read says more.\n\nExample:\n"
                    "  farboot profile guess root.squashfs 3b1f… --store /srv/farboot/store \\\n"
                    "      --cmdline \"boot=farboot systemd.unit=multi-user.target\"");
}

} // namespace farboot::rootfs
