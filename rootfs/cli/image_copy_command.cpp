#include "rootfs/cli/image_command.hpp"

#include "rootfs/cli/console.hpp"
#include "rootfs/cli/progress.hpp"
#include "rootfs/cli/stop_on_signal.hpp"
#include "rootfs/image/image_copier.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

struct CopyOptions {
    std::string store;
    std::string to;
    std::vector<std::string> digests;
    bool json = false;
};

Result<CopyProgress> copy_one(ImageCopier& copier, const Digest& digest, const std::stop_token& stop)
{
    Progress progress("Copying " + digest.hex().substr(0, 12));
    return copier.copy(
        digest, [&](const CopyProgress& now) { progress.update(now.copied_bytes, now.total_bytes); }, stop);
}

Result<void> copy_images(const CopyOptions& options)
{
    const StopOnSignal stop;
    const auto digests = parse_digests(options.digests);
    if (!digests)
        return std::unexpected(digests.error());
    const auto from = Store::open(options.store);
    if (!from)
        return std::unexpected(from.error());
    std::error_code error;
    if (std::filesystem::equivalent(options.store, options.to, error))
        return fail("usage", "--store and --to are the same folder: {}.", options.store);
    // An image that is not there is said before the other store is made or looked through.
    for (const auto& digest : *digests)
        if (const auto image = LocalImage::open(*from, digest); !image)
            return std::unexpected(image.error());
    auto writer = StoreWriter::open(options.to);
    if (!writer)
        return std::unexpected(writer.error());
    Progress checking("Checking packs of " + options.to);
    auto index = ChunkIndex::open(
        writer->store(), [&](std::uint64_t done, std::uint64_t total) { checking.update(done, total); }, stop.token());
    if (!index)
        return std::unexpected(index.error());
    for (const auto& damaged : index->damaged())
        note(fmt::format("A damaged pack is not used: {}", damaged.sentence));
    ImageCopier copier(*from, *writer, *index);
    auto list = nlohmann::json::array();
    for (const auto& digest : *digests) {
        const auto copied = copy_one(copier, digest, stop.token());
        if (!copied)
            return std::unexpected(copied.error());
        if (copied->hot_pack_left)
            note(fmt::format("{}: its hot pack is damaged or missing, so the copy has none. PCs start it more slowly.",
                             digest.hex()));
        list.push_back({{"manifest", digest.hex()},
                        {"copied_bytes", copied->copied_bytes},
                        {"known_bytes", copied->known_bytes},
                        {"new_packs", copied->new_packs}});
        if (!options.json)
            say(fmt::format("{}  {} copied, {} were there", digest.hex(), bytes_text(copied->copied_bytes),
                            bytes_text(copied->known_bytes)));
    }
    if (options.json)
        say_json(list);
    return {};
}

} // namespace

void add_copy_command(CLI::App& group, Action& chosen)
{
    const auto [command, options] = add_command(
        group, chosen, "copy", "Copy images into another local store, as far as it lacks their chunks", copy_images);
    command->add_option("digest", options->digests, "The images")->required();
    add_store_option(*command, options->store);
    command->add_option("--to", options->to, "The other store's folder; made where there is none")
        ->type_name("DIR")
        ->required();
    command->add_flag("--json", options->json, "Print JSON");
    command->footer("A copy that was killed or stopped goes on when it is started again.\n\nExample:\n"
                    "  farboot image copy 3b1f… --store /srv/farboot/store --to /media/disk/store");
}

} // namespace farboot::rootfs
