#include "rootfs/cli/image_command.hpp"

#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/bucket_store.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/progress.hpp"
#include "rootfs/cli/record_file.hpp"
#include "rootfs/cli/s3_upload.hpp"
#include "rootfs/cli/site_upload.hpp"
#include "rootfs/image/image_copier.hpp"
#include "rootfs/image/record_needs.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

struct CopyOptions {
    std::string store;
    std::string to;
    std::vector<std::string> digests;
    std::vector<std::string> records;
    ServerOptions server;
    S3Options s3;
    std::string audience;
    bool json = false;
};

Result<CopyProgress> copy_one(ImageCopier& copier, const Digest& digest, const std::stop_token& stop)
{
    Progress progress("Copying " + digest.hex().substr(0, 12));
    return copier.copy(
        digest, [&](const CopyProgress& now) { progress.update(now.copied_bytes, now.total_bytes); }, stop);
}

/// By a SiteUpload or an S3Upload; says what was sent.
template <class Upload>
Result<void> copy_each(Upload& upload, const std::vector<Digest>& digests, bool json)
{
    auto list = nlohmann::json::array();
    for (const auto& digest : digests) {
        const auto sent = upload.image(digest);
        if (!sent)
            return std::unexpected(sent.error());
        list.push_back({{"manifest", digest.hex()},
                        {"copied_bytes", sent->sent_bytes},
                        {"known_bytes", sent->known_bytes},
                        {"new_packs", sent->packs}});
        if (!json)
            say(fmt::format("{}  {} copied, {} were there", digest.hex(), bytes_text(sent->sent_bytes),
                            bytes_text(sent->known_bytes)));
    }
    if (json)
        say_json(list);
    return {};
}

Result<void> upload(const CopyOptions& options, const Store& from, const std::vector<Digest>& digests,
                    const std::stop_token& stop)
{
    auto server_options = options.server;
    server_options.url = options.to;
    auto server = ServerClient::create(server_options);
    if (!server)
        return std::unexpected(server.error());
    SiteUpload site(*server, from, options.audience, stop);
    return copy_each(site, digests, options.json);
}

/// All that the records name: kernels and initramfs files, images of whatever audience.
Result<void> copy_needs(const S3Client& client, const CopyOptions& options, const std::stop_token& stop)
{
    const auto open = [&](const std::string& audience) -> Result<S3Upload> {
        const auto from = Store::open(part_of_store(options.store, audience));
        if (!from)
            return std::unexpected(from.error());
        return S3Upload(client, *from, audience, stop);
    };
    auto list = nlohmann::json::array();
    for (const auto& file : options.records) {
        const auto record = load_record(file);
        if (!record)
            return std::unexpected(record.error());
        RecordNeeds needs;
        if (auto known = add_needs(record->envelope.payload, file, needs); !known)
            return known;
        std::uint64_t sent_bytes = 0;
        for (const auto& [digest, name] : needs.files) {
            auto upload = open("");
            const auto sent = upload ? upload->file(digest) : std::unexpected(upload.error());
            if (!sent)
                return std::unexpected(sent.error());
            sent_bytes += *sent;
        }
        if (const auto image = image_of(record->envelope.payload)) {
            auto upload = open(image->audience);
            const auto sent = upload ? upload->image(image->manifest) : std::unexpected(upload.error());
            if (!sent)
                return std::unexpected(sent.error());
            sent_bytes += sent->sent_bytes;
        }
        list.push_back({{"record", record->header.name.text()}, {"copied_bytes", sent_bytes}});
        if (!options.json)
            say(fmt::format("{}  {} copied", record->header.name.text(), bytes_text(sent_bytes)));
    }
    if (options.json)
        say_json(list);
    return {};
}

Result<void> copy_into_bucket(const CopyOptions& options, const std::vector<Digest>& digests,
                              const std::stop_token& stop)
{
    const auto client = S3Client::create(options.to, options.s3, options.server.ca_file);
    if (!client)
        return std::unexpected(client.error());
    // What is wrong with the address or the key shows in the first answer; only later failures are waited for.
    if (const auto known = bucket_retired(*client, "", stop); !known)
        return std::unexpected(known.error());
    if (!options.records.empty()) {
        if (auto done = copy_needs(*client, options, stop); !done)
            return done;
    } else {
        const auto from = Store::open(part_of_store(options.store, options.audience));
        if (!from)
            return std::unexpected(from.error());
        S3Upload upload(*client, *from, options.audience, stop);
        if (auto done = copy_each(upload, digests, options.json); !done)
            return done;
    }
    note(fmt::format("PCs read it from {}, a --source of farboot-server.", client->url()));
    return {};
}

Result<void> copy_images(const CopyOptions& options)
{
    const StopOnSignal stop;
    const auto digests = parse_digests(options.digests);
    if (!digests)
        return std::unexpected(digests.error());
    const auto is_bucket = options.to.starts_with("s3://");
    if (options.digests.empty() == options.records.empty() || (!options.records.empty() && !is_bucket))
        return fail("usage", "Name the images that are to be copied; or, for an S3 store, records with --record.");
    if (is_bucket)
        return copy_into_bucket(options, *digests, stop.token());
    const auto from = Store::open(part_of_store(options.store, options.audience));
    if (!from)
        return std::unexpected(from.error());
    if (options.to.find("://") != std::string::npos)
        return upload(options, *from, *digests, stop.token());
    std::error_code error;
    if (std::filesystem::equivalent(options.store, options.to, error))
        return fail("usage", "--store and --to are the same folder: {}.", options.store);
    // An image that is not there is said before the other store is made or looked through.
    for (const auto& digest : *digests)
        if (const auto image = LocalImage::open(*from, digest); !image)
            return std::unexpected(image.error());
    const auto to = part_of_store(options.to, options.audience);
    auto writer = StoreWriter::open(to);
    if (!writer)
        return std::unexpected(writer.error());
    Progress checking("Checking packs of " + to.string());
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
        group, chosen, "copy", "Copy images into another store, as far as it lacks their chunks", copy_images);
    command->add_option("digest", options->digests, "The images");
    add_store_option(*command, options->store);
    command
        ->add_option("--to", options->to,
                     "The other store's folder, made where there is none; or a server, https://…, which puts them into "
                     "its store; or a bucket, s3://BUCKET/PREFIX, which exists")
        ->type_name("DIR|URL")
        ->required();
    command
        ->add_option("--record", options->records,
                     "Into a bucket: instead of images, all that this signed record names, kernels too; more than once "
                     "for more")
        ->type_name("FILE");
    add_credentials(*command, options->server);
    add_s3_options(*command, options->s3);
    command->add_option("--audience", options->audience, "Of the images that are for this audience only")
        ->type_name("NAME");
    command->add_flag("--json", options->json, "Print JSON");
    command->footer(
        "A copy that was killed or stopped goes on when it is started again.\n\nExample:\n"
        "  farboot image copy 3b1f… --store /srv/farboot/store --to /media/disk/store\n"
        "  farboot image copy 3b1f… --store . --to https://boot.example.org --ca ca.pem --token-file token\n"
        "  farboot image copy --record desktop.dsse --store . --to s3://images/farboot --s3-endpoint "
        "https://s3.example.org --s3-key-file key");
}

} // namespace farboot::rootfs
