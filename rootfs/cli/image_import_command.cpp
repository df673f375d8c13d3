#include "rootfs/cli/image_command.hpp"

#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/publish_image.hpp"
#include "rootfs/image/casync_source.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

struct ImportOptions {
    std::string index;
    std::string chunks;
    std::string store;
    std::string chunking = "content";
    int zstd_level = default_zstd_level;
    bool json = false;
};

Result<void> import_image(const ImportOptions& options)
{
    const StopOnSignal stop;
    const auto image = open_casync_image(options.index, options.chunks);
    if (!image)
        return std::unexpected(image.error());
    auto writer = StoreWriter::open(options.store);
    if (!writer)
        return std::unexpected(writer.error());
    const auto published =
        publish_with_progress(*writer, *image, options.chunking, options.zstd_level, "Importing", stop.token());
    if (!published)
        return std::unexpected(published.error());
    if (options.json)
        say_json(to_json(*published));
    else
        say(fmt::format("{}  {}", published->ref.manifest.hex(), bytes_text(published->ref.bytes)));
    return {};
}

} // namespace

void add_import_command(CLI::App& group, Action& chosen)
{
    const auto [command, options] =
        add_command(group, chosen, "import", "Put an image that casync keeps into a store", import_image);
    command->add_option("index", options->index, "casync's index of the image, .caibx")->required();
    command->add_option("--chunks", options->chunks, "casync's folder of chunks, .castr")->type_name("DIR")->required();
    command->add_option("--store", options->store, "The store's folder; made where there is none")
        ->type_name("DIR")
        ->required();
    add_cutting_options(*command, options->chunking, options->zstd_level);
    command->add_flag("--json", options->json, "Print JSON");
    command->footer("The image is cut anew. Sign a record of it with farboot publish … --image DIGEST.\n\nExample:\n"
                    "  farboot image import desktop.caibx --chunks default.castr --store /srv/farboot/store");
}

} // namespace farboot::rootfs
