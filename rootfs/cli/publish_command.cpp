#include "rootfs/cli/publish_command.hpp"
#include "rootfs/base/number.hpp"
#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/key_file.hpp"
#include "rootfs/cli/members.hpp"
#include "rootfs/cli/publish_image.hpp"
#include "rootfs/cli/site_upload.hpp"
#include "rootfs/cli/tus_upload.hpp"
#include "rootfs/image/file.hpp"
#include "rootfs/image/local_image.hpp"
#include "rootfs/record/envelope.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

/// The number that was asked for; "auto" is one more than the server's newest.
Result<std::uint64_t> find_number(const PublishCommand& options, std::optional<ServerClient>& server,
                                  const StopOnSignal& stop)
{
    if (options.number == "auto") {
        if (!server)
            return fail("usage", "--number auto needs --server, which knows the newest number.");
        const auto newest = server->newest({options.plan.type, options.plan.series}, stop.token());
        if (!newest)
            return newest;
        return *newest + 1;
    }
    if (const auto number = to_number<std::uint64_t>(options.number))
        return *number;
    return fail("usage", "--number {}: expected a number or auto.", options.number);
}

/// --image may name an image that the store has already.
std::optional<Digest> stored_image(const PublishCommand& options)
{
    return std::filesystem::exists(options.image) ? std::nullopt : Digest::from_hex(options.image);
}

constexpr std::string_view upload_prefix = "upload:";

bool is_upload(const PublishCommand& options)
{
    return options.image.starts_with(upload_prefix) && !std::filesystem::exists(options.image);
}

/// Disks of virtual machines come in many formats; an image is what a disk has at each place.
Result<void> check_raw(const std::filesystem::path& file, std::string_view upload)
{
    const auto opened = File::open(file);
    const auto magic = opened ? opened->read(0, 4) : std::unexpected(opened.error());
    if (magic && *magic == "QFI\xfb")
        return fail("not-raw",
                    "{} is a disk in the format qcow2, and an image is made of a raw one: farboot upload fetch, then "
                    "qemu-img convert -O raw, and publish that file.",
                    upload);
    return {};
}

/// Brings the upload that --image names into the store's folder, where there is room for it. What an earlier run has
/// brought stays there until it is published.
Result<std::filesystem::path> fetch_image(const PublishCommand& options, std::optional<ServerClient>& server,
                                          const StopOnSignal& stop)
{
    if (!server)
        return fail("usage", "--image {} needs --server: it is an upload there.", options.image);
    const auto id = options.image.substr(upload_prefix.size());
    if (id.empty() || id.find_first_not_of("0123456789") != std::string::npos)
        return fail("usage", "--image {}: an upload is named by its number, upload:12.", options.image);
    const auto upload = server->get("/api/v1/uploads/" + id, stop.token());
    if (!upload)
        return std::unexpected(upload.error());
    const auto folder = options.image_store() / "incoming";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return fail("io", "Cannot create {}: {}.", folder.string(), error.message());
    const auto digest = Digest::from_hex(text_in(*upload, "sha256"));
    const auto file = folder / ("upload-" + (digest ? digest->hex() : id));
    if (auto fetched = fetch_upload(*server, *upload, file, stop.token()); !fetched)
        return std::unexpected(fetched.error());
    if (auto raw = check_raw(file, options.image); !raw)
        return std::unexpected(raw.error());
    return file;
}

/// Hours of compressing must not end in a mistyped option: what a record will say is checked with stand-ins first.
Result<void> check_plan(const PublishCommand& options, std::uint64_t number)
{
    const FileRef file{sha256({}), 1};
    RecordParts parts;
    if (!options.kernel.empty())
        parts.kernel = file;
    parts.initramfs.assign(options.initramfs.size(), file);
    if (!options.image.empty())
        parts.image = ImageRef{file.digest, 80, 1, options.plan.audience};
    if (const auto payload = make_payload(options.plan, number, parts); !payload)
        return std::unexpected(payload.error());
    std::vector<std::string> sources = options.initramfs;
    if (!options.kernel.empty())
        sources.push_back(options.kernel);
    if (const auto digest = stored_image(options)) {
        const auto store = Store::open(options.image_store());
        if (!store)
            return std::unexpected(store.error());
        if (const auto image = LocalImage::open(*store, *digest); !image)
            return std::unexpected(image.error());
    } else if (!options.image.empty() && !is_upload(options)) {
        sources.push_back(options.image);
    }
    for (const auto& source : sources)
        if (const auto opened = File::open(source); !opened)
            return std::unexpected(opened.error());
    const std::filesystem::path out(options.out);
    const auto folder = out.has_parent_path() ? out.parent_path() : std::filesystem::path(".");
    if (::access(folder.c_str(), W_OK) != 0 || std::filesystem::is_directory(out))
        return fail("io", "The record cannot be written to {}.", options.out);
    return {};
}

Result<PublishedImage> publish_image_of(const PublishCommand& options, StoreWriter& writer, const StopOnSignal& stop)
{
    if (const auto digest = stored_image(options)) {
        const auto image = LocalImage::open(writer.store(), *digest);
        if (!image)
            return std::unexpected(image.error());
        const auto bytes = image->manifest().image_bytes();
        return PublishedImage{image->manifest().ref(), {.total_bytes = bytes, .known_bytes = bytes}, {}};
    }
    const auto image = open_raw_image(options.image);
    if (!image)
        return std::unexpected(image.error());
    return publish_with_progress(writer, *image, options.chunking, options.zstd_level, "Publishing", stop.token());
}

/// Kernel and initramfs files.
Result<RecordParts> add_files(const PublishCommand& options)
{
    RecordParts parts;
    if (options.kernel.empty())
        return parts;
    auto writer = StoreWriter::open(options.store);
    if (!writer)
        return std::unexpected(writer.error());
    const auto kernel = writer->add_file(options.kernel);
    if (!kernel)
        return std::unexpected(kernel.error());
    parts.kernel = *kernel;
    for (const auto& source : options.initramfs) {
        const auto file = writer->add_file(source);
        if (!file)
            return std::unexpected(file.error());
        parts.initramfs.push_back(*file);
    }
    return parts;
}

/// The image, its profile, and the record's payload.
Result<std::string> fill_store(const PublishCommand& options, std::uint64_t number, const StopOnSignal& stop,
                               std::optional<PublishedImage>& published)
{
    auto parts = add_files(options);
    if (!parts || options.image.empty())
        return parts ? make_payload(options.plan, number, *parts) : std::unexpected(parts.error());
    auto writer = StoreWriter::open(options.image_store());
    if (!writer)
        return std::unexpected(writer.error());
    auto image = publish_image_of(options, *writer, stop);
    if (!image)
        return std::unexpected(image.error());
    image->ref.audience = options.plan.audience;
    parts->image = image->ref;
    const auto firmware = options.plan.machine.firmware == "bios" ? Firmware::bios : Firmware::uefi;
    if (options.profile != "none") {
        const auto has_one = inherit_with_note(*writer, image->ref.manifest);
        const StartHints hints{firmware, {options.plan.cmdline}};
        // Several records of systems may start one image, each in its way.
        const auto to_guess = options.plan.type == "boot" || (options.plan.type == "vm" && !has_one);
        if (to_guess && !stored_image(options))
            if (auto done = guess_with_note(*writer, image->ref.manifest, options.image, hints, stop.token()); !done)
                return std::unexpected(std::move(done.error()));
    }
    published = std::move(*image);
    auto payload = make_payload(options.plan, number, *parts);
    TrialOptions trial;
    trial.kvm = options.kvm;
    if (payload && options.profile == "trial")
        if (auto tried = learn_with_note(*writer, options.store, *payload, trial, stop.token()); !tried)
            return std::unexpected(std::move(tried.error()));
    return payload;
}

void report(const PublishCommand& options, std::uint64_t number, const std::optional<PublishedImage>& image)
{
    if (!options.json) {
        if (image)
            note(fmt::format(
                "{}: {} new of {}, {} stored in {} packs.", options.image,
                bytes_text(image->totals.total_bytes - image->totals.zero_bytes - image->totals.known_bytes),
                bytes_text(image->totals.total_bytes), bytes_text(image->totals.stored_bytes),
                image->totals.new_packs));
        say(fmt::format("{}/{} number {} in {}", options.plan.type, options.plan.series, number, options.out));
        return;
    }
    nlohmann::json json{
        {"type", options.plan.type}, {"series", options.plan.series}, {"number", number}, {"record", options.out}};
    if (image)
        json["image"] = to_json(*image);
    say_json(json);
}

/// First what the record names, then the record: a server offers nothing that it does not have.
Result<void> send(const PublishCommand& options, ServerClient& server, const std::string& payload,
                  const std::string& envelope, const StopOnSignal& stop)
{
    if (options.upload)
        if (auto done = upload_needs(server, options.store, payload, stop.token()); !done)
            return done;
    return server.send(envelope, options.draft, stop.token());
}

} // namespace

Result<void> publish(const PublishCommand& options)
{
    const StopOnSignal stop;
    const auto keys = load_signing_keys(options.keys);
    if (!keys)
        return std::unexpected(keys.error());
    std::optional<ServerClient> server;
    if (!options.server.url.empty()) {
        auto client = ServerClient::create(options.server);
        if (!client)
            return std::unexpected(client.error());
        server = std::move(*client);
    }
    if (!is_series_name(options.plan.series))
        return fail(
            "usage",
            "--series {}: a name has a-z, 0-9, dots, dashes and underscores, and starts with a letter or digit.",
            options.plan.series);
    const auto number = find_number(options, server, stop);
    if (!number)
        return std::unexpected(number.error());
    if (auto checked = check_plan(options, *number); !checked)
        return checked;

    auto from = options;
    if (is_upload(options)) {
        const auto file = fetch_image(options, server, stop);
        if (!file)
            return std::unexpected(file.error());
        from.image = file->string();
    }
    std::optional<PublishedImage> image;
    const auto payload = fill_store(from, *number, stop, image);
    if (!payload)
        return std::unexpected(payload.error());
    Envelope envelope{payload_type_of(options.plan.type), *payload, {}};
    for (const auto& key : *keys)
        envelope.sign(key);
    const auto text = envelope.to_json() + "\n";
    if (auto done = write_file(options.out, as_bytes(text)); !done)
        return done;
    if (is_upload(options)) {
        std::error_code ignored;
        std::filesystem::remove(from.image, ignored);
    }
    if (server)
        if (auto sent = send(options, *server, *payload, text, stop); !sent)
            return fail(sent.error().reason, "{} The record is in {}: farboot record send{}.", sent.error().sentence,
                        options.out, options.upload ? " --store " + options.store : "");
    report(options, *number, image);
    return {};
}

} // namespace farboot::rootfs
