#pragma once

#include "rootfs/base/error.hpp"

#include <QString>
#include <QVariantMap>

namespace farboot::vmchooser
{

/// Every sentence of the window, in German and English.
class Texts
{
public:
    /// "de"; anything else is English.
    explicit Texts(QString language) : language_(std::move(language)) {}

    [[nodiscard]] const QString& language() const { return language_; }
    /// The sentence of that name; `{title}` and the like are filled in by the caller with QString::replace.
    [[nodiscard]] QString of(const char* name) const;
    /// All of them by name, for QML.
    [[nodiscard]] QVariantMap all() const;
    /// What an error means to the person at the PC. In English that is the error's own sentence; German has a sentence
    /// for each reason that a person can meet, and says the error's own only where it has none.
    [[nodiscard]] QString error(const Error& error) const;

private:
    QString language_;
};

} // namespace farboot::vmchooser
