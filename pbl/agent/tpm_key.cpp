#include "pbl/agent/tpm_key.hpp"

#include "rootfs/base/digest.hpp"
#include "rootfs/base/encoding.hpp"

#include <tss2/tss2_sys.h>
#include <tss2/tss2_tcti_device.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace farboot::agent
{

namespace
{

constexpr std::size_t coordinate_bytes = 32;

/// What one "owns" of libtss2: memory that it fills in.
struct Memory {
    std::vector<std::max_align_t> words;
    explicit Memory(std::size_t bytes) : words(bytes / sizeof(std::max_align_t) + 1) {}
    template <class T>
    T* as()
    {
        return reinterpret_cast<T*>(words.data());
    }
};

std::unexpected<Error> refused(const char* what, TSS2_RC code)
{
    return fail("tpm", "The TPM refused to {} (code 0x{:x}): it may be locked, or its owner may have a password.", what,
                code);
}

/// Commands with the empty password, which a TPM has whose owner has never set one.
TSS2L_SYS_AUTH_COMMAND no_password()
{
    TSS2L_SYS_AUTH_COMMAND command{};
    command.count = 1;
    command.auths[0].sessionHandle = TPM2_RH_PW;
    return command;
}

/// Part 3 of the TPM 2.0 library specification, 24.1: the same template gives the same key.
TPM2B_PUBLIC public_template()
{
    constexpr std::string_view purpose = "farboot-pc-1";
    TPM2B_PUBLIC wanted{};
    auto& area = wanted.publicArea;
    area.type = TPM2_ALG_ECC;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |
                            TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA | TPMA_OBJECT_SIGN_ENCRYPT;
    auto& ecc = area.parameters.eccDetail;
    ecc.symmetric.algorithm = TPM2_ALG_NULL;
    ecc.scheme.scheme = TPM2_ALG_ECDSA;
    ecc.scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
    ecc.curveID = TPM2_ECC_NIST_P256;
    ecc.kdf.scheme = TPM2_ALG_NULL;
    area.unique.ecc.x.size = purpose.size();
    std::memcpy(area.unique.ecc.x.buffer, purpose.data(), purpose.size());
    return wanted;
}

/// A number of the curve with its leading zeros, which a TPM may leave out. Empty: it is none.
std::string coordinate(const TPM2B_ECC_PARAMETER& number)
{
    if (number.size > coordinate_bytes)
        return {};
    return std::string(coordinate_bytes - number.size, '\0') +
           std::string(reinterpret_cast<const char*>(number.buffer), number.size);
}

/// libtss2 writes what goes wrong to the standard error; here that is told in a sentence.
void be_quiet()
{
    ::setenv("TSS2_LOG", "all+NONE", 0);
}

class TpmKey : public PcKey
{
public:
    static Result<std::unique_ptr<PcKey>> open(TSS2_TCTI_CONTEXT* tcti, std::unique_ptr<Memory> own_tcti)
    {
        auto key = std::unique_ptr<TpmKey>(new TpmKey(tcti, std::move(own_tcti)));
        auto version = TSS2_ABI_VERSION{1, 2, 1, 108};
        if (const auto code = Tss2_Sys_Initialize(key->sys(), Tss2_Sys_GetContextSize(0), tcti, &version);
            code != TSS2_RC_SUCCESS)
            return refused("begin", code);
        key->initialized_ = true;
        if (auto made = key->make(); !made)
            return std::unexpected(made.error());
        return key;
    }
    ~TpmKey() override
    {
        if (handle_ != 0)
            Tss2_Sys_FlushContext(sys(), handle_);
        if (initialized_)
            Tss2_Sys_Finalize(sys());
        if (own_tcti_)
            Tss2_Tcti_Finalize(tcti_);
    }

    [[nodiscard]] std::string public_text() const override { return "p256:" + base64(as_bytes(point_)); }
    [[nodiscard]] std::string_view kept() const override { return "tpm"; }

    [[nodiscard]] Result<std::string> sign(std::string_view message) override
    {
        const auto hash = sha256(as_bytes(message)).bytes;
        TPM2B_DIGEST digest{};
        digest.size = hash.size();
        std::memcpy(digest.buffer, hash.data(), hash.size());
        const TPMT_SIG_SCHEME scheme{.scheme = TPM2_ALG_NULL, .details = {}}; // the key's own
        const TPMT_TK_HASHCHECK ticket{.tag = TPM2_ST_HASHCHECK, .hierarchy = TPM2_RH_NULL, .digest = {}};
        const auto command = no_password();
        TPMT_SIGNATURE signature{};
        TSS2L_SYS_AUTH_RESPONSE answer{};
        if (const auto code = Tss2_Sys_Sign(sys(), handle_, &command, &digest, &scheme, &ticket, &signature, &answer);
            code != TSS2_RC_SUCCESS)
            return refused("sign", code);
        auto r = coordinate(signature.signature.ecdsa.signatureR);
        const auto s = coordinate(signature.signature.ecdsa.signatureS);
        if (signature.sigAlg != TPM2_ALG_ECDSA || r.empty() || s.empty())
            return refused("sign as asked", 0);
        return r + s;
    }

private:
    TpmKey(TSS2_TCTI_CONTEXT* tcti, std::unique_ptr<Memory> own_tcti)
        : own_tcti_(std::move(own_tcti)), tcti_(tcti), sys_(Tss2_Sys_GetContextSize(0))
    {
    }

    TSS2_SYS_CONTEXT* sys() { return sys_.as<TSS2_SYS_CONTEXT>(); }

    Result<void> make()
    {
        const auto command = no_password();
        const TPM2B_SENSITIVE_CREATE no_secret{.size = sizeof(TPMS_SENSITIVE_CREATE), .sensitive = {}};
        const auto wanted = public_template();
        const TPM2B_DATA no_data{};
        const TPML_PCR_SELECTION no_pcrs{};
        TPM2B_PUBLIC made{};
        TPM2B_CREATION_DATA data{};
        TPM2B_DIGEST hash{};
        TPMT_TK_CREATION ticket{};
        TPM2B_NAME name{};
        TSS2L_SYS_AUTH_RESPONSE answer{};
        if (const auto code = Tss2_Sys_CreatePrimary(sys(), TPM2_RH_OWNER, &command, &no_secret, &wanted, &no_data,
                                                     &no_pcrs, &handle_, &made, &data, &hash, &ticket, &name, &answer);
            code != TSS2_RC_SUCCESS)
            return refused("make this PC's key", code);
        const auto x = coordinate(made.publicArea.unique.ecc.x);
        const auto y = coordinate(made.publicArea.unique.ecc.y);
        if (x.empty() || y.empty())
            return refused("make a key on P-256", 0);
        point_ = '\x04' + x + y;
        return {};
    }

    std::unique_ptr<Memory> own_tcti_;
    TSS2_TCTI_CONTEXT* tcti_;
    Memory sys_;
    bool initialized_ = false;
    TPM2_HANDLE handle_ = 0;
    std::string point_;
};

} // namespace

Result<std::unique_ptr<PcKey>> open_tpm_key(const std::filesystem::path& device)
{
    std::error_code error;
    if (!std::filesystem::exists(device, error))
        return nullptr;
    be_quiet();
    std::size_t size = 0;
    if (const auto code = Tss2_Tcti_Device_Init(nullptr, &size, nullptr); code != TSS2_RC_SUCCESS)
        return refused("begin", code);
    auto memory = std::make_unique<Memory>(size);
    auto* tcti = memory->as<TSS2_TCTI_CONTEXT>();
    if (const auto code = Tss2_Tcti_Device_Init(tcti, &size, device.c_str()); code != TSS2_RC_SUCCESS)
        return refused("begin", code);
    return TpmKey::open(tcti, std::move(memory));
}

Result<std::unique_ptr<PcKey>> open_tpm_key(TSS2_TCTI_CONTEXT* connection)
{
    be_quiet();
    return TpmKey::open(connection, nullptr);
}

} // namespace farboot::agent
