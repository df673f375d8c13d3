#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/profile_command.hpp"
#include "rootfs/cli/record_file.hpp"
#include "rootfs/image/file.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

struct LearnOptions {
    std::string store;
    std::string record;
    std::string trace; ///< file to write, or empty
    std::uint64_t limit_mib = default_hot_pack_bytes >> 20;
    std::uint64_t quiet = 30;    ///< seconds
    std::uint64_t longest = 900; ///< seconds
    TrialOptions trial;
    bool json = false;
};

Result<Trace> try_out(const Store& store, const LocalImage& image, const std::string& payload,
                      const TrialOptions& options, const std::stop_token& stop)
{
    const auto header = RecordHeader::parse(payload);
    if (!header)
        return std::unexpected(header.error());
    if (header->name.type == "vm") {
        const auto record = VmRecord::parse(payload);
        return record ? trial_boot(*record, image, options, stop) : std::unexpected(record.error());
    }
    const auto record = BootRecord::parse(payload); // says so if it is a record of another type
    return record ? trial_boot(store, *record, image, options, stop) : std::unexpected(record.error());
}

Result<void> learn(const LearnOptions& options)
{
    const StopOnSignal stop;
    const auto record = load_record(options.record);
    if (!record)
        return std::unexpected(record.error());
    const auto ref = image_of(record->envelope.payload);
    if (!ref)
        return std::unexpected(ref.error());
    auto writer = StoreWriter::open_existing(part_of_store(options.store, ref->audience));
    if (!writer)
        return std::unexpected(writer.error());
    auto trial = options.trial;
    trial.quiet = std::chrono::seconds(options.quiet);
    trial.longest = std::chrono::seconds(options.longest);
    const auto learnt =
        learn_profile(*writer, options.store, record->envelope.payload, trial, options.limit_mib, stop.token());
    if (!learnt)
        return std::unexpected(learnt.error());
    const auto& trace = learnt->trace;
    const auto& pack = learnt->pack;
    if (!options.trace.empty())
        if (auto done = write_file(options.trace, as_bytes(trace.to_text())); !done)
            return done;
    if (options.json) {
        auto json = json_of(trace.manifest, pack);
        json["reads"] = trace.reads.size();
        say_json(json);
    } else {
        say(fmt::format("{}  {} chunks, {}, from {} reads of a trial boot", trace.manifest.hex(), pack.list.rows.size(),
                        bytes_text(pack.list.pack.bytes), trace.reads.size()));
    }
    return {};
}

} // namespace

Result<Learnt> learn_profile(StoreWriter& writer, const std::filesystem::path& files, const std::string& payload,
                             const TrialOptions& options, std::uint64_t limit_mib, const std::stop_token& stop)
{
    const auto ref = image_of(payload);
    if (!ref)
        return std::unexpected(ref.error());
    const auto image = LocalImage::open(writer.store(), ref->manifest);
    if (!image)
        return std::unexpected(image.error());
    const auto chunks = ChunkList::load(*image);
    if (!chunks)
        return std::unexpected(chunks.error());
    const auto store = Store::open(files);
    // A virtual machine for an audience may be the only thing in a store, of which nothing is for everybody yet.
    auto trace = try_out(store ? *store : writer.store(), *image, payload, options, stop);
    if (!trace)
        return std::unexpected(trace.error());
    auto pack = put_profile(writer, *image, merge_traces({*trace}, *chunks, {}), limit_mib);
    if (!pack)
        return std::unexpected(pack.error());
    return Learnt{std::move(*trace), std::move(*pack)};
}

void add_learn_command(CLI::App& group, Action& chosen)
{
    const auto [command, options] = add_command(
        group, chosen, "learn", "Make the profile of an image from a trial boot in QEMU on this machine", learn);
    command->add_option("record", options->record, "The record of a system or a virtual machine")
        ->type_name("FILE")
        ->required();
    command->add_option("--store", options->store, "The store's folder")->type_name("DIR")->required();
    command->add_option("--until", options->trial.until,
                        "The trial is over when this text stands on the machine's serial console");
    command->add_option("--quiet", options->quiet, "… or when nothing new was read for so many seconds")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    command->add_option("--longest", options->longest, "… but not later than after so many seconds")
        ->check(CLI::Range(1, 86'400))
        ->capture_default_str();
    command->add_option("--memory", options->trial.memory_mib, "The machine's memory in MiB")
        ->check(CLI::Range(128, 1'048'576))
        ->capture_default_str();
    command->add_flag("--kvm", options->trial.kvm, "Use this machine's processor (/dev/kvm): many times faster");
    command->add_option("--scratch", options->trial.scratch, "Folder with room for a copy of the image")
        ->type_name("DIR")
        ->capture_default_str();
    command->add_option("--trace", options->trace, "Write the trace to this file, too")->type_name("FILE");
    add_limit_option(*command, options->limit_mib);
    command->add_flag("--json", options->json, "Print JSON");
    command->footer("Example:\n  farboot profile learn desktop.dsse --store /srv/farboot/store --kvm");
}

} // namespace farboot::rootfs
