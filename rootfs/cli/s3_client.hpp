#pragma once

#include "rootfs/fetch/http.hpp"
#include "rootfs/s3/address.hpp"
#include "rootfs/s3/signature.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// An S3 store, as the command line says it.
struct S3Options {
    std::string endpoint;
    std::string region = "us-east-1";
    std::string style = "auto";
    std::string key_file;
};

/// The options --s3-…, which can also come from the environment.
void add_s3_options(CLI::App& command, S3Options& options);

/// Reads and writes files of a store in an S3 bucket. Paths are those below the store, "v1/packs/…". Safe from many
/// threads. Reasons of all requests: s3-key (the store does not accept the key), s3-denied (the key may not do that),
/// s3-bucket (there is none), s3-clock, s3-region, s3-busy (try again), digest-mismatch, s3-refused (anything else that
/// it said), and HttpClient's.
class S3Client
{
public:
    /// `bucket_url` is s3://bucket/prefix. Reasons: s3-address, and S3Key's.
    [[nodiscard]] static Result<S3Client> create(const std::string& bucket_url, const S3Options& options,
                                                 const std::string& ca_file);

    /// How long the file is; nothing: there is none.
    [[nodiscard]] Result<std::optional<std::uint64_t>> size_of(const std::string& path,
                                                               const std::stop_token& stop) const;
    /// The whole of a small file; nothing: there is none.
    [[nodiscard]] Result<std::optional<std::string>> get(const std::string& path, std::uint64_t max_bytes,
                                                         const std::stop_token& stop) const;
    /// What is stored: a file of this computer, or bytes. The store takes it whole with this digest, or not at all.
    struct Body {
        std::string file;
        std::string bytes;
        Digest digest;
    };
    /// Writes a file of any size to `target` here.
    [[nodiscard]] Result<void> download(const std::string& path, const std::filesystem::path& target,
                                        std::uint64_t max_bytes, const std::stop_token& stop) const;
    struct Object {
        std::string path; ///< below the store
        std::uint64_t bytes = 0;
        std::int64_t modified = 0; ///< seconds since 1970, by the store's clock
    };
    /// All files whose paths begin so, sorted.
    [[nodiscard]] Result<std::vector<Object>> list(const std::string& beginning, const std::stop_token& stop) const;
    /// Not an error if there is none.
    [[nodiscard]] Result<void> remove(const std::string& path, const std::stop_token& stop) const;
    [[nodiscard]] Result<void> put(const std::string& path, Body body, const std::string& cache_control,
                                   const std::stop_token& stop) const;

    [[nodiscard]] std::uint64_t bytes_sent() const { return http_->bytes_sent(); }
    /// Where readers find the store.
    [[nodiscard]] std::string url() const { return address_.url(); }

private:
    S3Client(S3Address address, S3Signer signer, TlsTrust trust);
    /// Signs it; `path` is that of the address, `query` plain.
    void sign(HttpRequest& request, const std::string& path, const S3Request::Pairs& query, const Digest& body) const;
    [[nodiscard]] Result<HttpResponse> send(HttpRequest request, const std::string& path, const Digest& body,
                                            const std::stop_token& stop) const;
    [[nodiscard]] Error refusal(const HttpResponse& answer, const std::string& url) const;

    S3Address address_;
    S3Signer signer_;
    std::unique_ptr<HttpClient> http_;
};

} // namespace farboot::rootfs
