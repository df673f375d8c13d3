#pragma once

#include "pbl/browser/origin.hpp"

#include <QWebEngineProfile>

namespace farboot::browser
{

/// A profile that keeps nothing, downloads nothing, and reaches only `origin`.
class Profile : public QWebEngineProfile
{
public:
    Profile(const Origin& origin, QObject* parent);
};

} // namespace farboot::browser
