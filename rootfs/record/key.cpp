#include "rootfs/record/key.hpp"

#include "rootfs/base/freer.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

namespace farboot::rootfs
{

namespace
{

using Pkey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using MdContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free>>;

constexpr off_t max_key_file_bytes = 16 * 1024;

const unsigned char* chars(Bytes bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// A file descriptor that closes itself.
struct Descriptor {
    int value;
    explicit Descriptor(int descriptor) : value(descriptor) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (value >= 0)
            ::close(value);
    }
};

/// Without one, OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*)
{
    return -1;
}

bool write_all(int descriptor, const char* data, std::size_t size)
{
    while (size > 0) {
        ssize_t written = ::write(descriptor, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        data += written;
        size -= static_cast<std::size_t>(written);
    }
    return ::fsync(descriptor) == 0;
}

} // namespace

std::string PublicKey::id() const
{
    return sha256(raw).hex();
}

bool PublicKey::verify(Bytes message, Bytes signature) const
{
    if (signature.size() != 64)
        return false;
    Pkey key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, chars(raw), raw.size()));
    MdContext context(EVP_MD_CTX_new());
    bool good =
        key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
        EVP_DigestVerify(context.get(), chars(signature), signature.size(), chars(message), message.size()) == 1;
    ERR_clear_error(); // a bad signature is no error of the next caller
    return good;
}

struct SigningKey::Secret {
    Pkey key;
};

SigningKey::SigningKey(std::shared_ptr<const Secret> secret) : secret_(std::move(secret)) {}

SigningKey SigningKey::generate()
{
    Pkey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    if (!key)
        throw std::bad_alloc(); // or no entropy: nothing can go on without either
    return SigningKey(std::make_shared<const Secret>(std::move(key)));
}

Result<SigningKey> SigningKey::load(const std::filesystem::path& file)
{
    Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (descriptor.value < 0)
        return fail("not-found", "The key file {} cannot be opened: {}.", file.string(), std::strerror(errno));
    struct stat info{};
    if (::fstat(descriptor.value, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > max_key_file_bytes)
        return fail("key-malformed", "{} is not a key file: it is too large or no plain file.", file.string());
    if ((info.st_mode & 077) != 0)
        return fail("key-permissions", "The key file {0} may be read by others: run chmod 600 {0}.", file.string());
    Bio bio(BIO_new_fd(descriptor.value, BIO_NOCLOSE));
    Pkey key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
    ERR_clear_error();
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519)
        return fail("key-malformed",
                    "{} is not an Ed25519 private key in PKCS#8 PEM without a passphrase: make one with "
                    "\"farboot key\".",
                    file.string());
    return SigningKey(std::make_shared<const Secret>(std::move(key)));
}

Result<void> SigningKey::save(const std::filesystem::path& file) const
{
    Bio bio(BIO_new(BIO_s_mem())); // OpenSSL clears its memory when it frees it
    const bool written =
        bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), secret_->key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
    char* data = nullptr;
    const long size = written ? BIO_get_mem_data(bio.get(), &data) : 0;
    if (size <= 0)
        throw std::bad_alloc();
    Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (descriptor.value < 0 && errno == EEXIST)
        return fail("exists", "{} exists already; a key is never overwritten: choose another name.", file.string());
    if (descriptor.value < 0)
        return fail("io", "The key file {} cannot be made: {}.", file.string(), std::strerror(errno));
    if (!write_all(descriptor.value, data, static_cast<std::size_t>(size))) {
        int error = errno;
        ::unlink(file.c_str());
        return fail("io", "The key file {} cannot be written: {}.", file.string(), std::strerror(error));
    }
    return {};
}

PublicKey SigningKey::public_key() const
{
    PublicKey key;
    std::size_t size = key.raw.size();
    if (EVP_PKEY_get_raw_public_key(secret_->key.get(), reinterpret_cast<unsigned char*>(key.raw.data()), &size) != 1)
        throw std::bad_alloc();
    return key;
}

std::string SigningKey::sign(Bytes message) const
{
    std::string signature(64, '\0');
    std::size_t size = signature.size();
    MdContext context(EVP_MD_CTX_new());
    if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, secret_->key.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, chars(message),
                       message.size()) != 1)
        throw std::bad_alloc();
    return signature;
}

} // namespace farboot::rootfs
