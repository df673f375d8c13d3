#pragma once

#include "rootfs/cli/progress.hpp"
#include "rootfs/cli/server_client.hpp"
#include "rootfs/image/wanted_chunks.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace farboot::rootfs
{

/// What an upload has sent, and what it found there.
struct UploadTotals {
    std::uint64_t sent_bytes = 0;  ///< of packs and files
    std::uint64_t known_bytes = 0; ///< of the image's chunks, compressed: those that the server had
    std::uint64_t packs = 0;
    bool hot_pack = false; ///< the server makes one, in the order that ours has
};

/// Brings images and files of a local store to a server (docs/http-api.md, "Uploads"): only what it lacks, several
/// packs at a time, and again when the network fails for a while. What has been sent is kept: an upload that was killed
/// or stopped goes on when it is started again. Reasons: those of LocalImage and ServerClient, cancelled.
class SiteUpload
{
public:
    /// From a store to its counterpart at the server, which must outlive this: what is for everybody, or an audience's
    /// part (part_of_store()).
    SiteUpload(ServerClient& server, Store from, std::string_view audience, std::stop_token stop)
        : server_(server),
          from_(std::move(from)),
          path_("/api/v1/store/" + (audience.empty() ? "" : restricted_path(audience) + "/")),
          stop_(std::move(stop))
    {
    }

    [[nodiscard]] Result<UploadTotals> image(const Digest& digest);
    /// False if the server has it.
    [[nodiscard]] Result<bool> file(const Digest& digest);

private:
    /// What becomes one pack there: a whole pack of ours, or chunks of several.
    struct Job {
        std::optional<Digest> whole;
        std::vector<std::pair<std::uint32_t, PackIndex::Row>> rows;
        std::uint64_t bytes = 0;
    };
    struct Missing {
        bool located = false;
        bool has_hot_pack = false;
        bool hot_guessed = false;
        std::vector<std::pair<std::uint64_t, std::uint64_t>> gaps;
    };

    [[nodiscard]] Result<Missing> ask(const Digest& digest);
    [[nodiscard]] Result<std::vector<Job>> plan(const LocalImage& image, const Missing& missing,
                                                UploadTotals& totals) const;
    [[nodiscard]] Result<void> send(const LocalImage& image, const std::vector<Job>& jobs, Progress& progress);
    [[nodiscard]] Result<void> send(const LocalImage& image, const Job& job);
    /// Tries again when the network or the server fails for a while.
    [[nodiscard]] Result<void> put(const std::string& path, const ServerClient::Body& body);

    [[nodiscard]] std::string path_of(const char* folder, const std::string& digest) const;

    ServerClient& server_;
    Store from_;
    std::string path_;
    std::stop_token stop_;
};

/// Brings all that a record (its payload) names to a server, and says what was sent.
[[nodiscard]] Result<void> upload_needs(ServerClient& server, const std::filesystem::path& store,
                                        const std::string& payload, const std::stop_token& stop);

} // namespace farboot::rootfs
