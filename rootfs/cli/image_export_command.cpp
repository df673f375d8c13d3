#include "rootfs/cli/image_command.hpp"

#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/child_program.hpp"
#include "rootfs/cli/progress.hpp"
#include "rootfs/image/parallel.hpp"

namespace farboot::rootfs
{

namespace
{

struct ExportOptions {
    std::string store;
    std::string digest;
    std::string out;
    std::string format = "raw";
};

Result<void> export_image(const ExportOptions& options)
{
    const StopOnSignal stop;
    const auto image = open_image(options.store, options.digest);
    if (!image)
        return std::unexpected(image.error());
    if (options.format == "qcow2")
        if (auto there = find_program("qemu-img", "qemu-utils"); !there)
            return there;
    const std::filesystem::path out(options.out);
    const auto folder = out.has_parent_path() ? out.parent_path() : std::filesystem::path(".");
    auto raw = AtomicFile::create(folder);
    if (!raw)
        return std::unexpected(raw.error());
    if (auto done = write_raw(*image, *raw, options.out, stop.token()); !done)
        return done;
    if (options.format == "raw")
        return raw->commit(out);

    auto qcow2 = AtomicFile::create(folder);
    if (!qcow2)
        return std::unexpected(qcow2.error());
    if (auto done = run_program({"qemu-img", "convert", "-p", "-f", "raw", "-O", "qcow2", raw->path(), qcow2->path()},
                                stop.token());
        !done)
        return done;
    return qcow2->commit(out);
}

} // namespace

Result<void> write_raw(const LocalImage& image, AtomicFile& file, const std::string& name, const std::stop_token& stop)
{
    if (auto done = file.resize(image.manifest().image_bytes()); !done)
        return done;
    Progress progress("Writing " + name);
    const auto visit = [&](const ChunkRef& chunk, Bytes plain) -> Result<void> {
        progress.update(chunk.end(), image.manifest().image_bytes());
        return plain.empty() ? Result<void>() : file.write(chunk.offset, plain);
    };
    return image.read(visit, worker_count(), stop);
}

void add_export_command(CLI::App& group, Action& chosen)
{
    const auto [command, options] =
        add_command(group, chosen, "export", "Write an image out as a raw or qcow2 file", export_image);
    command->add_option("digest", options->digest, "The image")->required();
    add_store_option(*command, options->store);
    command->add_option("-o,--out", options->out, "The file to write; zeros take no space")
        ->type_name("FILE")
        ->required();
    command
        ->add_option("--format", options->format,
                     "raw, or qcow2, which is made by qemu-img from a raw file beside it that goes again")
        ->check(CLI::IsMember({"raw", "qcow2"}))
        ->capture_default_str();
    command->footer("Example:\n  farboot image export 3b1f… --store /srv/farboot/store --format qcow2 -o disk.qcow2");
}

} // namespace farboot::rootfs
